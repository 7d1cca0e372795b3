"""Runs: load a scenario, solve it, compare it, score somebody else's allocation. With `results` the only place in models that opens files."""
