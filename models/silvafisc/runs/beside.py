"""What a reader asks beside the answer: baselines, reasons, prices, the frontier, and what it is sensitive to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from silvafisc.allocation.adjusting import five_year_costs
from silvafisc.allocation.agreements import agreement_table
from silvafisc.allocation.baselines import baseline_values, baselines
from silvafisc.allocation.case_mode import case_problem
from silvafisc.allocation.problem import Floats, Problem
from silvafisc.allocation.proposal_lines import proposal_lines
from silvafisc.allocation.reasons import reasons
from silvafisc.allocation.tables import allocation_of, chosen_offers

from .frontier import frontier_points
from .prepare import Prepared, Progress, engines
from .prices import shadow_prices
from .proposal import Line
from .residue import Published
from .risk_tables import risk_tables
from .robustness import robustness
from .rule_prices import explainability, fairness_prices
from .score import proposal_beside
from .sensitivity import sensitivities


@dataclass(frozen=True)
class Beside:
    """Further tables of the outcome, and the prices that go into outcome.json."""

    tables: dict[str, pd.DataFrame]
    prices: dict[str, Any] = field(default_factory=dict)


def beside(
    prepared: Prepared,
    shown: Published,
    tables: Mapping[str, pd.DataFrame],
    say: Progress,
    proposal: list[Line] | None = None,
) -> Beside:
    """Compute them all; a case-mode run gets baselines, reasons and prices only.

    proposal: somebody's own allocation, against which changes are explained as well.

    Its frontier takes a dozen more case-mode solves: `silvafisc frontier` makes it where it is wanted.
    Prices, frontier and sensitivity are asked of the choice; amounts are explained as they are published.
    """
    decision, problem, point = shown.decided, shown.decision.problem, shown.point
    rule_mode = prepared.resolved.mode == "rule"
    say("baselines")
    kept = _chosen_factor_offers(problem, point)
    case = case_problem(prepared.resolved, prepared.inputs, prepared.responses.indices, shown.menus, kept)
    frame, breaks = baselines(problem, tables, case)
    against = {"factor_method": frame[frame["baseline"] == "factor_method"]}
    rows, broken = [frame], [breaks]
    if proposal is not None:
        against["proposal"], scored = proposal_beside(prepared, proposal)
        rows.append(scored.table)
        broken.append(scored.breaks)
    extra = {} if proposal is None else {"proposal_lines": proposal_lines(problem, tables, against["proposal"])}
    extra |= {
        "baselines": pd.concat(rows, ignore_index=True),
        "baseline_breaks": pd.concat(broken, ignore_index=True),
        "reasons": reasons(problem, tables, against),
    }
    say("prices")
    extra["shadow_prices"] = shadow_prices(prepared, decision)
    prices: dict[str, Any] = {}
    if rule_mode:
        prices["explainability"] = explainability(prepared, decision, _chosen_factor_offers(decision.problem, point))
        prices["fairness"] = fairness_prices(prepared, decision)
    agreements = agreement_table(prepared.resolved)
    if len(agreements):
        extra["horizontal"] = agreements
    adjustment = prepared.resolved.rule("adjustment")
    if adjustment is not None:
        extra["adjustment"] = five_year_costs(problem, chosen_offers(problem, point), adjustment.params)
    terms = [s.term for s in prepared.resolved.objectives][:2]
    if len(terms) == 2 and rule_mode:
        say("frontier")
        values = baseline_values(problem, frame, terms)
        extra["frontier"] = frontier_points(engines(prepared), terms, decision, values)
    extra |= risk_tables(prepared, {**tables, **extra})
    if rule_mode:
        say("robustness")
        extra |= robustness(prepared, problem, point, {**tables, "reasons": extra["reasons"]})
        say("sensitivity")
        chosen = chosen_offers(decision.problem, point)
        before = {**tables, "allocation": allocation_of(decision.problem, chosen, {})}
        extra["sensitivity"] = sensitivities(prepared, decision, before, say)
    return Beside(extra, prices)


def _chosen_factor_offers(problem: Problem, point: Floats) -> dict[tuple[str, str], str]:
    """(fund, period) -> the factor weighting that was chosen."""
    table = problem.offers.table.iloc[chosen_offers(problem, point)]
    factor = table[table["nature"] == "factor"]
    return {(str(f), str(p)): str(o) for f, p, o in zip(factor["fund"], factor["period"], factor["offer"], strict=True)}
