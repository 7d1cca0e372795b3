"""Economic consequences: unit inputs and assumption tables, participation, retention, indices, equity."""
