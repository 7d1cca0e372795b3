"""The tables of risk that stand beside an outcome: risk.csv and rank_acceptability.csv."""

from collections.abc import Mapping

import pandas as pd

from silvafisc.datasets import Finding, InputError
from silvafisc.results.draws import Draws, DrawsError

from .draws import RISK, are_made, made_draws, tail_shares
from .prepare import Prepared
from .risk import RANK_COLUMNS, RISK_COLUMNS, Evaluation, evaluate, rank_acceptability, statistics

DECISION = "decision"
_TENTHS = 10


def risk_tables(prepared: Prepared, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """draws, risk and rank_acceptability of a decision and its baselines.

    Args:
        tables: allocation, regions, baselines and, where there is one, frontier.

    Draws that were decided on are not evidence: where an objective or a rule reads made draws, everything is evaluated
    on fresh ones as well.
    """
    given = prepared.inputs.draws
    assert given is not None
    samples = {"draws": Draws.of(given)}
    if decides(prepared) and are_made(prepared.inputs, prepared.resolved, prepared.rules):
        samples["fresh"] = made_draws(prepared.resolved, prepared.rules, stream=1)
    rows: list[tuple[object, ...]] = []
    for sample, draws in samples.items():
        rows += _sampled(prepared, tables, sample, draws)
    return {
        "draws": given,
        "risk": pd.DataFrame(rows, columns=RISK_COLUMNS),
        "rank_acceptability": _ranks(prepared, tables),
    }


def decides(prepared: Prepared) -> bool:
    """Whether an objective or a rule of the scenario reads the draws."""
    rules = any(spec.rule == "carbon_target" for spec in prepared.resolved.rules)
    return rules or any("risk" in spec.params for spec in prepared.resolved.objectives)


def _sampled(
    prepared: Prepared, tables: Mapping[str, pd.DataFrame], sample: str, draws: Draws
) -> list[tuple[object, ...]]:
    """Rows of risk.csv on one set of draws; a baseline whose rows the draws do not tell apart is left out.

    Raises InputError where the draws do not speak of a row of the decision itself.
    """
    shares = tail_shares(prepared.rules)
    rule = prepared.resolved.rule("carbon_target")
    target = None if rule is None else float(rule.params["target_tco2e"])
    try:
        decision = evaluate(tables["allocation"], draws)
    except DrawsError as error:
        # Instalments bear no offer's name: draws by offer can speak of the offer and still not of them.
        raise InputError([Finding(prepared.scenario.where("data"), "draws.csv", error.en, error.zh)]) from None
    found: dict[str, Evaluation] = {DECISION: decision}
    for name, frame in tables["baselines"].groupby("baseline", sort=False):
        try:
            found[str(name)] = evaluate(frame, draws)
        except DrawsError:
            continue
    rows: list[tuple[object, ...]] = []
    for name, evaluation in found.items():
        mine = statistics(evaluation, shares, target)
        if name != DECISION:
            mine.append(("tonnes", "ahead", "", decision.ahead_of(evaluation), "1"))
        rows += [(name, sample, *row, len(draws.numbers)) for row in mine]
    return rows


def _ranks(prepared: Prepared, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Ranks of the frontier's points, the decision and the baselines; and of units by their indices, in tenths."""
    weightings, seed = int(prepared.rules.number(f"{RISK}.rank_weights")), prepared.resolved.seed
    parts = []
    points = tables.get("frontier")
    if points is not None and len(points):
        label = points["label"].where(points["kind"] != "chosen", DECISION)
        label = label.where(points["kind"] != "frontier", "point " + points["label"])
        values = points.assign(label=label).pivot(index="label", columns="objective", values="value")
        parts.append(rank_acceptability(values, weightings=weightings, seed=seed).assign(kind="alternative"))
    indices = tables["regions"].set_index("region_code")[["importance", "need"]].astype(float).sort_index()
    parts.append(rank_acceptability(indices, weightings=weightings, seed=seed, groups=_TENTHS).assign(kind="unit"))
    return pd.concat(parts, ignore_index=True)[RANK_COLUMNS]
