"""The yields of a run, by the engine that the scenario chose, and what they rest on."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from silvafisc import carbon
from silvafisc.carbon.full_yields import Choice, choices, full_yields, held_at, misfits, responded
from silvafisc.carbon.yield_arrays import CENTRAL, HIGH, LOW, PACKAGE, TODAY
from silvafisc.datasets import Package, load_package, package_hash
from silvafisc.datasets.findings import InputError
from silvafisc.datasets.package import folder_hash
from silvafisc.economy.ledger import ledger_frame
from silvafisc.policy import Rules, Scenario
from silvafisc.results import UnitInputs, Yields

from .carbon_uncertainty import built, half_widths_of, ledger_rows, unfit

_SHOWN = 12
"""Digits of a hash in the ledger; the whole stands in outcome.json."""
_CLOSE = 1e-9
"""Relative difference up to which two loss hazards are the same."""


def yields_of(
    scenario: Scenario, inputs: UnitInputs, measures: Sequence[str], periods: Sequence[str], rules: Rules
) -> tuple[Yields, UnitInputs]:
    """(yields, the inputs with what the yields rest on in their ledger).

    Raises:
        InputError: every way in which built yields do not fit the scenario; as `carbon.yields`.
    """
    if scenario.carbon.engine == "stock_change":
        return _stock_change(scenario, inputs.stands, measures, periods, rules), inputs
    package, choice = built_yields(scenario), _choice(scenario)
    where = scenario.where("carbon")
    findings = misfits(package, inputs.stands, measures, periods, scenario.horizon, choice, rules, where)
    findings += unfit(scenario, inputs.stands, measures, periods, rules)
    if findings:
        raise InputError(findings)
    yields = _read(scenario, inputs.stands, measures, periods, choice, rules)
    rows = [*_ledger(scenario, package), *ledger_rows(scenario, measures, rules)]
    ledger = pd.concat([inputs.ledger, ledger_frame(rows)])
    return yields, replace(inputs, ledger=ledger.sort_values("what", ignore_index=True))


def moved_yields(
    scenario: Scenario,
    stands: pd.DataFrame,
    moved: pd.DataFrame,
    measures: Sequence[str],
    periods: Sequence[str],
    rules: Rules,
) -> Yields:
    """Yields on `moved` stands, of a scenario whose yields stand for `stands`.

    Stock change is computed again. The full engine's yields are read at the end of the loss hazard's band where the
    stands were moved there and the package holds it; every other measure follows the stock-change mode's answer.
    """
    after = _stock_change(scenario, moved, measures, periods, rules)
    if scenario.carbon.engine == "stock_change":
        return after
    before = _stock_change(scenario, stands, measures, periods, rules)
    package, choice = built_yields(scenario), _choice(scenario)
    base = _read(scenario, stands, measures, periods, choice, rules)
    followed = responded(base, before, after).table
    end = _end_of_band(stands, moved, rules)
    if end is not None:
        read = _read(scenario, stands, measures, periods, choice, rules, end).table
        own = followed["measure"].isin(held_at(package, choice, end))
        followed.loc[own] = read.loc[own]
    return Yields(followed, base.horizon)


def other_yields(
    scenario: Scenario, stands: pd.DataFrame, measures: Sequence[str], periods: Sequence[str], rules: Rules
) -> dict[tuple[Choice, str], Yields]:
    """(climate and model of growth, point of the loss hazard's band) -> yields, of everything that the package holds
    beside what the scenario chose; nothing where the engine is stock change.

    The same land under other weather: every climate by every model, and the chosen climate at both ends of the band.
    """
    if scenario.carbon.engine == "stock_change":
        return {}
    package, chosen = built_yields(scenario), _choice(scenario)
    cases = [(choice, CENTRAL) for choice in choices(package) if choice != chosen]
    cases += [(chosen, end) for end in (LOW, HIGH) if held_at(package, chosen, end)]
    return {
        (choice, point): _read(scenario, stands, measures, periods, choice, rules, point) for choice, point in cases
    }


def decided_in(scenario: Scenario) -> dict[str, str]:
    """engine, climate, growth_model that the tonnes of a decision come from; empty texts where the engine knows none."""
    climate = "" if scenario.carbon.engine == "stock_change" else scenario.carbon.climate or TODAY
    return {"engine": scenario.carbon.engine, "climate": climate, "growth_model": scenario.carbon.member or ""}


def built_yields(scenario: Scenario) -> Package:
    """The package that the scenario names, or the shipped one.

    Raises:
        InputError: no such folder, another package, a package that contradicts itself.
    """
    return built(scenario.yields_folder, PACKAGE, scenario.where("carbon", "yields"), "carbon.yields")


def yields_hash(scenario: Scenario) -> str:
    """SHA-256 of the built yields that a scenario reads; empty where it reads none."""
    if scenario.carbon.engine == "stock_change":
        return ""
    folder = scenario.yields_folder
    return package_hash(PACKAGE) if folder is None else folder_hash(folder)


def _read(
    scenario: Scenario,
    stands: pd.DataFrame,
    measures: Sequence[str],
    periods: Sequence[str],
    choice: Choice,
    rules: Rules,
    hazard: str = CENTRAL,
) -> Yields:
    """The built yields in a climate, credited less what their uncertainty costs."""
    widths = half_widths_of(scenario, measures, periods, rules)
    return full_yields(
        built_yields(scenario), stands, measures, periods, scenario.horizon, choice, rules, widths, hazard
    )


def _stock_change(
    scenario: Scenario, stands: pd.DataFrame, measures: Sequence[str], periods: Sequence[str], rules: Rules
) -> Yields:
    packages = {name: load_package(name) for name in carbon.PACKAGES}
    return carbon.yields(stands, packages, measures, periods, scenario.horizon, rules)


def _choice(scenario: Scenario) -> Choice:
    return Choice(scenario.carbon.climate or TODAY, scenario.carbon.member)


def _end_of_band(stands: pd.DataFrame, moved: pd.DataFrame, rules: Rules) -> str | None:
    """The end of the band that `moved` is at, if nothing but the loss hazard of all units was moved there."""
    column = "loss_hazard_per_year"
    one, other = (table.sort_values("region_code", ignore_index=True) for table in (stands, moved))
    if not one.drop(columns=column).equals(other.drop(columns=column)):
        return None
    low, central, high = carbon.loss_hazard_band(rules)
    for end, value in ((LOW, low), (HIGH, high), (CENTRAL, central)):
        wanted = one[column] * (value / central)
        if ((other[column] - wanted).abs() <= _CLOSE * wanted).all():
            return end
    return None


def _ledger(scenario: Scenario, package: Package) -> list[dict[str, str]]:
    """One row per array of the package: which climate was read, from which build, and how well it is known."""
    assert package.described is not None
    assert package.made_of is not None
    choice = _choice(scenario)
    programs = ", ".join(f"{name} {number}" for name, number in sorted(package.made_of.versions.items()))
    place = f"{scenario.carbon.yields or PACKAGE} SHA-256 {yields_hash(scenario)[:_SHOWN]}"
    return [
        {
            "what": f"{PACKAGE}.{array.name}",
            "value": " ".join(text for text in (choice.climate, choice.member) if text),
            "unit": array.unit,
            "origin": "assumption" if array.status == "assumption" else "data",
            "reference": f"{place}；{array.source}；{programs}",
            "status": array.status,
            "demo": "",
        }
        for array in package.described.arrays
    ]
