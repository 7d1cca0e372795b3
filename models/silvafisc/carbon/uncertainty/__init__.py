"""How uncertain the engine's tonnes are: sources of error, seeded draws of them, and what they come to."""
