"""The residue (余额): what a fund has left after choosing joins its factor pot and is shared by the weights that were chosen.

For fund f and period p with `residue: factor`:
    pot[f, p] = chosen pot + rest[f, p] − reserve[f, p] (where the rest is larger),  the same weights,  amount_r as of any pot
Nothing is chosen anew. The problem with the larger pots has the same columns, so that the same point says what happens;
whether every rule still holds there is for the caller to see.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from silvafisc.quantities import share

from .menus.columns import cost_column
from .menus.factor_pot import factor_amounts, offer_name, offers_of_period
from .menus.tonnes import Consequences
from .problem import Floats, Problem
from .tables import allocation_of, chosen_offers, envelopes_of, factor_choices


@dataclass(frozen=True)
class Residue:
    """What joins a pot. column: of the chosen pot in the problem; chosen_fen: the pot before."""

    fund: str
    period: str
    column: int
    chosen_fen: int
    residue_fen: int

    @property
    def pot_fen(self) -> int:
        """The pot that is published."""
        return self.chosen_fen + self.residue_fen


def residues(problem: Problem, point: Floats) -> tuple[Residue, ...]:
    """What joins the pots of a settled point, funds and periods ascending; nothing where nothing is left."""
    joining = {fund.id: fund for fund in problem.resolved.funds if fund.residue_joins}
    if not joining:
        return ()
    chosen = chosen_offers(problem, point)
    envelopes = envelopes_of(problem, allocation_of(problem, chosen, {}))
    keys = zip(envelopes["fund"], envelopes["period"], strict=True)
    left = dict(zip(keys, envelopes["unallocated_fen"].astype(int), strict=True))
    table, found = problem.offers.table.iloc[chosen], []
    for fund, period, pot, _ in factor_choices(problem, chosen):
        more = left[fund, period] - joining[fund].reserve_fen.get(period, 0) if fund in joining else 0
        if more > 0:
            mine = (table["nature"] == "factor") & (table["fund"] == fund) & (table["period"] == period)
            column = int(problem.membership[int(chosen[mine][0])].indices[0])
            found.append(Residue(fund, period, column, pot, more))
    return tuple(found)


def with_residues(problem: Problem, point: Floats, joined: Sequence[Residue], consequences: Consequences) -> Problem:
    """The problem whose chosen pots are larger by their residue; every other offer stays as it is."""
    resolved, table, columns = problem.resolved, problem.offers.table.copy(), problem.columns.copy()
    chosen = chosen_offers(problem, point)
    weights = {
        (f, p): {name: share(w) for name, w in named.items()} for f, p, _, named in factor_choices(problem, chosen)
    }
    codes = list(problem.inputs.codes)
    for one in joined:
        fund, own = resolved.fund(one.fund), weights[one.fund, one.period]
        amounts = factor_amounts(resolved, problem.inputs, one.pot_fen, own)
        levels = {offer_name(one.pot_fen, own): np.array([amounts[code] for code in codes], np.int64)}
        offers = offers_of_period(problem.inputs, consequences, fund, one.period, levels).set_index("region_code")
        at = problem.membership[:, [one.column]].nonzero()[0]
        offers = offers.loc[table["region_code"].iloc[at]]
        benefits = [c for c in offers.columns if c.startswith("obj.")]
        for name in ("offer", cost_column(fund.id, fund.payer, one.period), *benefits):
            values = table[name].to_numpy(copy=True)
            values[at] = offers[name].to_numpy()
            table[name] = values
        before, after = str(columns.at[one.column, "offer"]), next(iter(levels))
        columns.at[one.column, "offer"] = after
        columns.at[one.column, "name"] = str(columns.at[one.column, "name"]).replace(before, after)
    pots = {fund.id: {one.pot_fen for one in joined if one.fund == fund.id} for fund in resolved.funds}
    # A rule that lists the offers of a pot by its grid is to know the larger pots too.
    funds = tuple(replace(f, factor_pot_fen=tuple(sorted({*f.factor_pot_fen, *pots[f.id]}))) for f in resolved.funds)
    return replace(
        problem,
        resolved=replace(resolved, funds=funds),
        offers=replace(problem.offers, table=table),
        columns=columns,
    )
