"""What leaves the forest: harvested wood by origin, gases of fire and of fertiliser."""

from collections.abc import Mapping

import numpy as np

from silvafisc.policy import Rules
from silvafisc.quantities import UNITS

from ..cbm import GASES, Flows, Parameters, Rows
from ..cbm.pools import PRODUCTS, SINKS
from ..fire import gases_of_matrix, warming_potentials
from ..mixtures import Array

_FERTILISER = "assumptions.carbon.trajectories.fertilising_"
_TONNES_PER_KG = float(UNITS["kg_per_ha"].factor)
FELLING, SHORT_ROTATION, SALVAGE = "final_felling", "short_rotation", "salvage"
ORIGINS: Mapping[str, str] = {
    "loss": FELLING,
    "clear_cutting": FELLING,
    "restoration_clearing": FELLING,
    "selective_cutting": "selective_felling",
    "low_damage_cutting": "selective_felling",
    "thinning": "thinning",
}
"""Disturbance matrix -> where its wood comes from, as `products.wood_use` names it; every other matrix is salvage."""


def harvests(rows: Rows, flows: Flows, parameters: Parameters, short_rotation: np.ndarray) -> Mapping[str, Array]:
    """Origin of the wood -> (rows, years) tC/ha; together they are `flows.products`.

    Events are linear in the pools of the start of the year, so each one's part is H_e = h_e · (p L_e) in the column of the
    products. short_rotation: (rows,) whether final fellings there are those of a short rotation.
    """
    found: dict[str, Array] = {}
    before = flows.pools[:, :-1]
    for event in rows.events:
        taken = event.share * (before @ parameters.matrices[event.matrix][:, SINKS.index(PRODUCTS)])
        origin = ORIGINS.get(event.matrix, SALVAGE)
        shares = {origin: np.ones(len(rows))}
        if origin == FELLING:
            shares = {FELLING: 1.0 - short_rotation, SHORT_ROTATION: 1.0 * short_rotation}
        for name, share in shares.items():
            found[name] = found.get(name, 0) + share[:, None] * taken
    return found or {FELLING: np.zeros_like(flows.products)}


def gases_of_fire(flows: Flows, rules: Rules) -> Array:
    """(rows, years) tCO2e/ha of methane and nitrous oxide that fires gave off."""
    methane, monoxide = (flows.released[:, :, GASES.index(gas)] for gas in ("CH4", "CO"))
    return gases_of_matrix(methane, monoxide, rules).co2e


def gases_of_nitrogen(nitrogen: Array, rules: Rules) -> Array:
    """tCO2e/ha of `nitrogen` kg/ha: N · EF · 44/28 · GWP of the nitrous oxide it gives off, and N · e of its making."""
    _, nitrous_oxide = warming_potentials(rules)
    prefix = "carbon.fire."
    per_nitrogen = rules.number(prefix + "nitrous_oxide_mass") / rules.number(prefix + "nitrogen_in_nitrous_oxide_mass")
    field = rules.number(_FERTILISER + "n2o_share") * per_nitrogen * nitrous_oxide
    return np.asarray(nitrogen * _TONNES_PER_KG * (field + rules.number(_FERTILISER + "making_kg")))
