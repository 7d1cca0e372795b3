"""One file per measure: what it does to a stand, as two stocks over the years."""
