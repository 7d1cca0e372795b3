"""A unit in two identical halves: its tables, its agreements, and by how much rounding may part them from the whole."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd
from tests.allocation.sample import sample_responses, sample_yields
from tests.allocation.tiny import Tiny

from silvafisc.allocation.agreements import RULE as AGREEMENT
from silvafisc.allocation.menus import cost_column, menus
from silvafisc.allocation.problem import Part
from silvafisc.allocation.terms import rule_part
from silvafisc.allocation.terms.disparity import need_units
from silvafisc.quantities import fen_to_yuan, yuan_to_fen
from silvafisc.quantities.money import FEN_PER_YUAN
from silvafisc.results import Responses, RuleSpec, UnitInputs, Yields

HALF = "110009"
SCORE = "score"
"""The factor that is no amount of the unit: both halves have it whole."""
SIZES: Mapping[str, Mapping[str, int]] = {
    "areas": {"area_tenth_mu": 2},
    # Of half a need, the fifth and the half that are on offer are whole tenths of a mu.
    "tasks": {"need_tenth_mu": 20, "capacity_tenth_mu": 2},
    "regions": dict.fromkeys(("population_person", "rural_population_person", "own_revenue_fen", "expenditure_fen"), 2),
    "last_year": {"area_tenth_mu": 2, "amount_fen": 2},
    "land": {"area_tenth_mu": 2},
    "task_list": {"area_tenth_mu": 2},
}
"""table -> column that the halves share -> step of its numbers that lets them do so exactly."""
Fen = Counter[tuple[str, str]]
"""(unit, cost column) -> fen."""


def even(problem: Tiny, seed: int) -> Tiny:
    """The problem with sizes whose halves are whole, everything made anew; areas are even numbers of tenths of a mu."""

    def floored(frame: pd.DataFrame, name: str) -> pd.DataFrame:
        return _sized(frame, name, frame["region_code"] != "", lambda size, step: size // step * step)

    tables = {name: floored(frame, name) for name, frame in _tables(problem).items()}
    inputs = UnitInputs.of(tables, problem.inputs.ledger, tables.get("draws"))
    return _offered(replace(problem, inputs=inputs), inputs, seed, lambda frame: frame)


def halved(problem: Tiny, seed: int, code: str) -> Tiny:
    """The unit in two identical halves: the second is `HALF`, with the same scores and groups; everything is made anew."""
    resolved = problem.resolved
    groups = {name: (*members, *((HALF,) if code in members else ())) for name, members in resolved.groups.items()}
    rules = tuple(part for spec in resolved.rules for part in _for_both(spec, code))
    tables = {name: _halved(frame, name, code) for name, frame in _tables(problem).items()}
    inputs = UnitInputs.of(tables, problem.inputs.ledger, tables.get("draws"))
    return _offered(problem.change(groups=groups, rules=rules), inputs, seed, lambda frame: _twice(frame, code))


def _tables(problem: Tiny) -> dict[str, pd.DataFrame]:
    draws = problem.inputs.draws
    return problem.inputs.tables() | ({} if draws is None else {"draws": draws})


def _offered(problem: Tiny, inputs: UnitInputs, seed: int, also: Callable[[pd.DataFrame], pd.DataFrame]) -> Tiny:
    """The problem on these inputs. also: what is done to the rows per unit that follow from the problem's own inputs."""
    yields = sample_yields(problem.resolved, problem.inputs, seed)
    responses = sample_responses(problem.resolved, problem.inputs, seed)
    yields = Yields(also(yields.table), yields.horizon)
    responses = Responses(also(responses.levels), also(responses.indices))
    offered = menus(problem.resolved, inputs, yields, responses)
    return Tiny(problem.resolved, inputs, also(problem.indices), offered)


def _twice(frame: pd.DataFrame, code: str) -> pd.DataFrame:
    mine = frame[frame["region_code"] == code].assign(region_code=HALF)
    return pd.concat([frame, mine]).sort_values("region_code", kind="stable", ignore_index=True)


def _sized(
    frame: pd.DataFrame, name: str, rows: pd.Series, change: Callable[[pd.Series, int], pd.Series]
) -> pd.DataFrame:
    sized = frame.copy()
    for column, step in SIZES.get(name, {}).items():
        sized.loc[rows, column] = change(sized.loc[rows, column], step)
    return sized


def _halved(frame: pd.DataFrame, name: str, code: str) -> pd.DataFrame:
    mine = frame["region_code"] == code
    split = _sized(frame, name, mine, lambda size, _: size // 2)
    if name == "factors":
        mine &= split["factor"] != SCORE
        split.loc[mine, "value"] = [str(int(value) / 2) for value in split.loc[mine, "value"]]
    return _twice(split, code)


def _for_both(spec: RuleSpec, code: str) -> list[RuleSpec]:
    """The rule for both halves: an agreement that the unit signed becomes two over half the amount."""
    side = next((s for s in ("payer", "receiver") if spec.rule == AGREEMENT and spec.params[s] == code), None)
    if side is None:
        return [spec]
    half = {**spec.params, "amount": fen_to_yuan(yuan_to_fen(spec.params["amount"]) // 2)}
    return [RuleSpec(AGREEMENT, {**half, side: unit, "document": f"with {unit}"}) for unit in (code, HALF)]


def rounding(problem: Tiny, code: str) -> Fen:
    """Most fen by which what a unit's two halves are paid together may differ from what it was paid, offer for offer.

    Halves have half the area exactly. From there on:
    - area x standard is rounded down: 2 floor(x) is floor(2 x) or 1 less, so an entitlement is up to 1 fen off, and a
      top-up, the difference of two of them, 1 fen either way;
    - a division by largest remainder (of a total into instalments, of an amount among payers) leaves every part less than
      1 fen off its share: less than 3 fen for both halves and the whole, besides the share of what the amount itself was
      off; in whole fen, 2 more than that. Where one part is all there is nothing to round.
    """
    tiers = problem.inputs.regions.set_index("region_code")["payer_tier"]
    found, resolved = Fen(), problem.resolved
    menus_of = problem.menus.offers.table.drop_duplicates("menu")
    mine = menus_of[(menus_of["region_code"] == code) & (menus_of["nature"] != "factor")]
    for measure, category, period in zip(mine["measure"], mine["category"], mine["period"], strict=True):
        spec = resolved.category(category) if category else resolved.task(measure)
        plan = ((0, "1"),) if category else resolved.task(measure).instalments
        shares = spec.payer_shares[tiers[code]]
        most = 1 + 2 * (len(plan) > 1) + 2 * (len(shares) > 1)
        for years, _ in plan:
            for payer, _ in shares:
                column = cost_column(spec.fund, payer, str(int(period) + years))
                # Beside a top-up there is the rigid money.
                found[code, column] += most * (2 if category else 1)
    return found + pots(problem, code)


def pots(problem: Tiny, code: str) -> Fen:
    """Most fen of factor money that may change hands: halves of a factor have its share of the pot together, rounded to
    less than 1 fen more or less, so up to 2 fen (less than 3) per factor; others keep theirs, rounded anew: 1 (less than 2).
    """
    found = Fen()
    for fund in (f for f in problem.resolved.funds if f.factor_pot_fen):
        factors = sum(f.fund == fund.id for f in problem.resolved.factors)
        for period in problem.resolved.periods:
            for unit in problem.inputs.codes:
                found[unit, cost_column(fund.id, fund.payer, period)] += factors * (2 if unit == code else 1)
    return found


def at_stake(problem: Tiny, code: str, term: str) -> float:
    """Most by which an objective may be lower through rounding alone.

    Areas are shared exactly, and with them tonnes and income; so are standards, and with them adequacy. What factor money
    brings goes by the fen; disparity and stability add up deviations of all money, disparity twice (a unit's money, and
    its part of everybody's) and per need unit.
    """
    if term == "adequacy":
        return 0.0
    if term == "stability":
        return rounding(problem, code).total() / FEN_PER_YUAN
    if term == "disparity":
        return 2 * rounding(problem, code).total() / FEN_PER_YUAN / sum(need_units(problem.problem()).values())
    offers = problem.menus.offers
    paid = offers.table[offers.table["nature"] == "factor"]
    rate = (paid[f"obj.{term}"] / paid[offers.cost_columns].sum(axis=1).clip(lower=1)).max()
    draws = problem.inputs.draws
    most = 1.0 if draws is None else draws["value"].astype(float).max()
    return float(pots(problem, code).total() * rate * max(1.0, most))


def with_room(problem: Tiny, room: Mapping[str, float]) -> Part:
    """The rows of all rules, those in these units with so much room on both sides."""
    built, parts = problem.problem(), []
    for spec in problem.resolved.rules:
        part = rule_part(built, spec)
        rows = [(row, room.get(row.unit, 0.0)) for row in part.rows]
        wider = tuple(replace(row, lower=row.lower - more, upper=row.upper + more) for row, more in rows)
        parts.append(Part(wider, part.variables))
    return Part(tuple(row for part in parts for row in part.rows), tuple(v for part in parts for v in part.variables))
