"""Names of the carbon pools, as libcbm and CBM-CFS3 use them. Every stock is in tC/ha."""

ABOVE = ("Merch", "Foliage", "Other")
"""Living wood above ground with bark; leaves; branches, tops and small trees."""
ROOTS = ("CoarseRoots", "FineRoots")
LIVE = (*ABOVE, *ROOTS)
DEAD = (
    "AboveGroundVeryFastSoil",
    "BelowGroundVeryFastSoil",
    "AboveGroundFastSoil",
    "BelowGroundFastSoil",
    "MediumSoil",
    "AboveGroundSlowSoil",
    "BelowGroundSlowSoil",
    "StemSnag",
    "BranchSnag",
)
"""Dead wood, litter and soil, by how fast they decay."""
POOLS = (*LIVE, *DEAD)
"""The order of every pool axis in this package."""
GASES = ("CO2", "CH4", "CO")
"""Gases that carbon leaves as, each counted in tC."""
PRODUCTS = "Products"
"""Carbon carried out of the forest: wood for sawing, panels, paper and fuel."""
SINKS = (*POOLS, *GASES, PRODUCTS)
"""Where an event can move the carbon of a pool; the order of the sink axis."""
REPORTED = ("above_ground", "below_ground", "dead_wood", "litter", "soil")
"""The five pools of the IPCC guidelines, in the order of `Flows.reported`."""
