"""Makes the shipped factors of the age groups from the shipped nation."""

from pathlib import Path

from silvafisc import carbon, economy
from silvafisc.carbon.curves.fit import AgeFit, fit_age_factors
from silvafisc.datasets import load_package
from silvafisc.policy import Rules

PACKAGE = "age_group_factors"
_DIGITS = 15
"""Significant decimal digits that a double keeps."""


def fit_shipped_nation(rules: Rules) -> AgeFit:
    """The fit on the provinces that the shipped packages describe; see `fit_age_factors`."""
    packages = {name: load_package(name) for name in carbon.CURVE_PACKAGES if name != PACKAGE}
    stands = economy.nation_inputs({name: load_package(name) for name in economy.PACKAGES}, rules).stands
    return fit_age_factors(stands, packages, rules)


def age_factor_text(rules: Rules) -> str:
    """data.csv of the package `age_group_factors`, byte for byte on the same processor."""
    lines = ["age_group,area_factor,volume_factor"]
    for row in fit_shipped_nation(rules).table().to_dict("records"):
        numbers = (f"{row[column]:.{_DIGITS}g}" for column in ("area_factor", "volume_factor"))
        lines.append(",".join((str(row["age_group"]), *numbers)))
    return "\n".join(lines) + "\n"


def write_age_factors(rules: Rules, file: Path) -> None:
    """Write data.csv of the package `age_group_factors`, after a change of stands, shapes, ages or composition."""
    file.write_text(age_factor_text(rules), encoding="utf-8", newline="\n")
