"""One file an instrument: what its YAML may say, what is refused, and what it becomes for the assessment."""
