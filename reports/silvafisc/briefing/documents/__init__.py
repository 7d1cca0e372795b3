"""Papers that officers sign, and the forms of the budget year, one file each; `papers` puts them together."""
