"""Methane, nitrous oxide and carbon monoxide of forest fires.

The carbon of a fire is counted once. All of it, whatever gas it leaves in, is in the stock change as CO2; methane's
warming potential is the one without the CO2 that methane turns into, so methane's carbon may stay there. Carbon monoxide
is reported in tonnes and adds nothing to CO2e. Only nitrous oxide holds no carbon.
"""

from dataclasses import dataclass

import numpy as np

from silvafisc.policy import Rules
from silvafisc.quantities import UNITS

from .errors import refuse
from .mixtures import Array

_GRAMS = "carbon.fire."
_PER_GRAM_PER_KG = float(UNITS["g_per_kg"].factor)
WARMING_SETS = ("ar5", "ar6")


@dataclass(frozen=True)
class Gases:
    """Emissions in tonnes of the gas (or t/ha), any shape; positive = emitted. co2e: of methane and nitrous oxide alone."""

    methane: Array
    nitrous_oxide: Array
    carbon_monoxide: Array
    co2e: Array


def warming_potentials(rules: Rules) -> tuple[float, float]:
    """(methane, nitrous oxide) tCO2e per tonne over 100 years, of the named set. Raises InputError for an unknown set."""
    name = rules.text("carbon.warming_potentials.named_set")
    if name not in WARMING_SETS:
        en, zh = (
            f"unknown set {name!r}; known: {list(WARMING_SETS)}",
            f"未知的潜势组 {name!r}；可用：{list(WARMING_SETS)}",
        )
        raise refuse("carbon.warming_potentials.named_set", en, zh)
    prefix = "carbon.warming_potentials."
    return rules.number(prefix + f"methane_{name}"), rules.number(prefix + f"nitrous_oxide_{name}")


def gases_of_dry_matter(burned: Array, rules: Rules) -> Gases:
    """Gases of `burned` tonnes of dry matter: L = A · M_B · C_f · G_ef · 10^-3 (IPCC 2006 vol. 4 eq. 2.27).

    For burned areas whose carbon is known from a survey (A M_B C_f, t). Where the engine's matrices burn the stand,
    take `gases_of_matrix` instead: never both for one fire.
    """
    methane, nitrous_oxide, carbon_monoxide = (
        np.asarray(burned * rules.number(_GRAMS + gas) * _PER_GRAM_PER_KG)
        for gas in ("methane", "nitrous_oxide", "carbon_monoxide")
    )
    return _gases(methane, nitrous_oxide, carbon_monoxide, rules)


def gases_of_matrix(methane_carbon: Array, monoxide_carbon: Array, rules: Rules) -> Gases:
    """Gases of the carbon that disturbance matrices let go as CH4 and CO (tC or tC/ha, same shape).

    CH4 = C_CH4 · 16/12 and CO = C_CO · 28/12 are the matrices' own; N2O = CO · G_N2O / G_CO by ratio of the emission
    factors, since matrices hold carbon only. CO and not CH4 carries the ratio: the matrices' share of CO in a fire's
    carbon (9 %) lies nearer to that of the emission factors than their share of CH4 does.
    """
    carbon = rules.number(_GRAMS + "carbon_mass")
    methane = np.asarray(methane_carbon * rules.number(_GRAMS + "methane_mass") / carbon)
    monoxide = np.asarray(monoxide_carbon * rules.number(_GRAMS + "carbon_monoxide_mass") / carbon)
    ratio = rules.number(_GRAMS + "nitrous_oxide") / rules.number(_GRAMS + "carbon_monoxide")
    return _gases(methane, monoxide * ratio, monoxide, rules)


def _gases(methane: Array, nitrous_oxide: Array, carbon_monoxide: Array, rules: Rules) -> Gases:
    of_methane, of_nitrous_oxide = warming_potentials(rules)
    return Gases(
        methane, nitrous_oxide, carbon_monoxide, np.asarray(of_methane * methane + of_nitrous_oxide * nitrous_oxide)
    )
