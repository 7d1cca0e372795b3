"""What is not to be had from any publication: one file per input table, with formula, reason and status."""
