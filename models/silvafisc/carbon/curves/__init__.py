"""Growth for the full engine: volume curves that meet age-group and unit means, and live pools above ground.

`calibrate.calibrate_curves` gives `Curves`; `fit.fit_age_factors` makes the shipped factors of the age groups.
"""
