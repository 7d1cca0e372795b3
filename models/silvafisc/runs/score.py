"""Score and audit somebody's own allocation (主管部门分配建议) like any other.

What a proposal states by standard is computed by the published formula; factor money is taken as stated; money that
names no standard is converted to the best offers within it, and the amounts as stated stay visible (baseline `proposal`
and reasons against `proposal`). What it does not name receives what the law fixes and nothing else. The proposal is
judged unit by unit (as in case mode), so it need not follow from a published rule, but every rule of the scenario is
checked. An audit that is not clean is an answer here, not a failure.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from math import fsum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from silvafisc.allocation.audit import audit
from silvafisc.allocation.audit.finding import Finding
from silvafisc.allocation.baselines import Baselines, baselines
from silvafisc.allocation.baselines.breaks import breaks_of
from silvafisc.allocation.baselines.ground import Ground
from silvafisc.allocation.case_mode import case_problem
from silvafisc.allocation.engine import Engine
from silvafisc.allocation.menus import Menus
from silvafisc.allocation.menus.factor_pot import FACTOR_POT, factor_amounts, pot_parts, weight_vectors
from silvafisc.allocation.menus.tasks import instalment_amounts
from silvafisc.allocation.model import assemble
from silvafisc.allocation.problem import Problem
from silvafisc.allocation.proposal_lines import proposal_lines
from silvafisc.allocation.reasons import reasons
from silvafisc.allocation.tables import outcome_tables
from silvafisc.allocation.terms import objectives_of, plain, title_of
from silvafisc.economy.ledger import ledger_frame, parameter_ledger
from silvafisc.policy import Scenario
from silvafisc.quantities import entitlement, mu_to_tenths, share, split_payers, yuan_to_fen
from silvafisc.results import Offers, Outcome
from silvafisc.results.outcome import in_declared_columns

from .carbon_source import decided_in
from .indicators import indicators, lorenz_points, shares
from .levels import TABLE as LEVELS
from .levels import levels
from .listed_units import listed_units
from .meta import PACKAGES, input_hashes
from .prepare import Prepared, prepare
from .proposal import Line, read_proposal
from .red_flags import red_flags
from .risk_tables import risk_tables
from .scenario_instruments import finance_tables
from .stated import Stated

STATUS = "scored"


def score(
    allocation: str | Path,
    scenario: str | Path | Scenario,
    *,
    data: str | Path | None = None,
    sheet: str | None = None,
) -> Outcome:
    """Score and audit an allocation that was made elsewhere.

    Args:
        allocation: CSV or XLSX with region_code, fund, measure, category, period and one or more of
            standard_yuan_per_mu, area_mu, payment_yuan (see `proposal`).
        scenario: name, path or scenario whose law, data, rules and objectives it is judged by.
        data: folder or workbook that stands for the scenario's own data. sheet: sheet of the workbook `allocation`.

    Returns:
        Outcome with the tables of a case-mode run (grades and frontier empty), meta status "scored" and the audit as it
        came out: `audit["clean"]` is False where the proposal breaks a rule, with every finding.

    Raises:
        InputError: every finding in the scenario, its tables or the allocation.
    """
    prepared = prepare(scenario, data)
    lines = read_proposal(allocation, prepared.resolved, prepared.inputs, sheet)
    judged, base, problem, stated, tables = _judged(prepared, lines)
    values = _values(base, problem, stated)
    checked = audit(judged.resolved, judged.inputs, tables)
    frames = _beside(base, problem, tables, lines, checked)
    frames = _completed(judged, frames)
    final = audit(judged.resolved, judged.inputs, frames)
    meta = _describe(judged, frames, values, lines) | {"allocation_sha256": _sha256(Path(allocation))}
    return Outcome(meta=meta, tables=frames, inputs=judged.inputs, resolved=judged.resolved, audit=final)


def _judged(
    prepared: Prepared, lines: list[Line]
) -> tuple[Prepared, Problem, Problem, Stated, dict[str, pd.DataFrame]]:
    """The scenario in case mode, its own problem, the problem with the proposal's offers, and what the proposal pays."""
    judged = replace(prepared, resolved=replace(prepared.resolved, mode="case"))
    base = case_problem(judged.resolved, judged.inputs, judged.responses.indices, judged.menus)
    stated = Stated.of(judged, lines, Ground.of(base))
    problem = case_problem(judged.resolved, judged.inputs, judged.responses.indices, _menus(stated))
    tables = dict(outcome_tables(assemble(problem, [], []), _point(problem, stated)))
    tables["weights"] = _weights(judged, stated)
    # A proposal publishes no standards; those that it pays stand in its rows.
    tables["standards"] = tables["standards"].iloc[:0]
    return judged, base, problem, stated, tables


def proposal_beside(prepared: Prepared, lines: list[Line]) -> tuple[pd.DataFrame, Baselines]:
    """The proposal as a reference of a run: its amounts in the columns of allocation.csv, and it as a baseline."""
    judged, base, problem, _, tables = _judged(prepared, lines)
    stated = _as_stated(base, tables["allocation"], lines)
    return stated, _proposal(problem, tables, stated, audit(judged.resolved, judged.inputs, tables))


def _menus(stated: Stated) -> Menus:
    return Menus(Offers(stated.offers, stated.fixed.objectives()), stated.fixed)


def _point(problem: Problem, stated: Stated) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """1 for every chosen offer."""
    columns = problem.columns
    chosen = [stated.chosen[m] == o for m, o in zip(columns["menu"], columns["offer"], strict=True)]
    return np.array(chosen, np.float64)


def _weights(prepared: Prepared, stated: Stated) -> pd.DataFrame:
    """The weighting on the scenario's grid from which the stated factor money follows; no rows where there is none.

    Then the audit names every such amount as one that no published formula gives.
    """
    rows: list[tuple[str, str, str, str, int, str]] = []
    for (fund, period), money in sorted(stated.factor.items()):
        amounts = dict.fromkeys(prepared.inputs.codes, 0) | dict(money)
        pot = sum(amounts.values())
        for weights in weight_vectors(prepared.resolved, fund):
            if factor_amounts(prepared.resolved, prepared.inputs, pot, weights) == amounts:
                parts = pot_parts(pot, weights)
                shown = {name: f"{float(weight):.4f}".rstrip("0").rstrip(".") for name, weight in weights.items()}
                payer = prepared.resolved.fund(fund).payer
                rows += [(fund, period, factor, shown[factor], parts[factor], payer) for factor in sorted(weights)]
                break
    return pd.DataFrame(rows, columns=["fund", "period", "factor", "weight", "pot_fen", "payer"])


def _values(base: Problem, problem: Problem, stated: Stated) -> dict[str, tuple[float, str]]:
    """term -> (value, unit). Sums over offers directly; others by solving the problem with one offer per menu."""
    carried = {name.removeprefix("obj.") for name in base.offers.objective_columns}
    chosen = problem.offers.table[[stated.chosen[m] == o for m, o in _menu_offers(problem)]]
    values: dict[str, tuple[float, str]] = {}
    others = []
    for spec in problem.resolved.objectives:
        if spec.term in carried and plain(spec):
            unit = objectives_of(base, spec)[0].unit
            column = f"obj.{spec.term}"
            values[spec.term] = fsum([*chosen[column], *stated.fixed.table[column]]), unit
        else:
            others.append(spec)
    if others:
        only = replace(problem.resolved, objectives=tuple(others))
        fixed = stated.fixed.table
        money = fixed[fixed["nature"] == "factor"].assign(offer="stated", standard_fen=-1)
        table = pd.concat([chosen, money.reindex(columns=chosen.columns)], ignore_index=True)
        kept = type(stated.fixed)(fixed[fixed["nature"] != "factor"].reset_index(drop=True))
        menus = Menus(Offers(table, kept.objectives()), kept)
        engine = Engine(case_problem(only, problem.inputs, problem.indices, menus), rules=())
        for spec in others:
            objective = engine.objectives[spec.term][0]
            values[spec.term] = engine.maximise(engine.vector(objective)).value + objective.constant, objective.unit
    return values


def _menu_offers(problem: Problem) -> list[tuple[str, str]]:
    table = problem.offers.table
    return list(zip(table["menu"], table["offer"], strict=True))


def _beside(
    base: Problem, problem: Problem, tables: dict[str, pd.DataFrame], lines: list[Line], checked: Mapping[str, Any]
) -> dict[str, pd.DataFrame]:
    """Baselines at the scenario's own menus, and the proposal as stated beside what it was converted to."""
    compared, breaks = baselines(base, tables, None)
    against = {"factor_method": compared[compared["baseline"] == "factor_method"]}
    if any(line.kind == "money" for line in lines):
        against["proposal"] = _as_stated(base, tables["allocation"], lines)
        own = _proposal(problem, tables, against["proposal"], checked)
        compared = pd.concat([compared, own.table], ignore_index=True)
        breaks = pd.concat([breaks, own.breaks], ignore_index=True)
        tables = tables | {"proposal_lines": proposal_lines(base, tables, against["proposal"])}
    return tables | {
        "baselines": compared,
        "baseline_breaks": breaks,
        "reasons": reasons(base, tables, against),
    }


def _as_stated(base: Problem, allocation: pd.DataFrame, lines: list[Line]) -> pd.DataFrame:
    """The amounts as stated, in the columns of allocation.csv: money that names no standard is not yet converted."""
    ground = Ground.of(base)
    payers = {fund.id: fund.payer for fund in ground.funds}
    place = {period: at for at, period in enumerate(ground.periods)}
    stated = {(x.region, x.fund, x.subject, x.period) for x in lines if x.kind != "money"}
    money = {(x.region, x.fund, x.subject, x.period) for x in lines if x.kind == "money"}
    subject = allocation["category"].where(allocation["category"] != "", allocation["measure"])
    cells = list(zip(allocation["region_code"], allocation["fund"], subject, allocation["period"], strict=True))
    kept = [cell in stated and n != "committed" for cell, n in zip(cells, allocation["nature"], strict=True)]
    rows: list[dict[Any, Any]] = allocation[kept].to_dict("records")

    def add(
        region: str,
        fund: str,
        measure: str,
        category: str,
        period: str,
        nature: str,
        fen: int,
        total: int | None = None,
    ) -> None:
        """A row of the fund payer's money; `total` is what all payers give with it."""
        blank: dict[str, Any] = dict.fromkeys(allocation.columns, "")
        amounts = {f"{payer}_fen": 0 for payer in ("central", "provincial", "city", "county")}
        key = {"region_code": region, "fund": fund, "measure": measure, "category": category, "period": period}
        rows.append(
            blank
            | key
            | {"nature": nature, "payment_fen": fen if total is None else total, **amounts, f"{payers[fund]}_fen": fen}
        )

    for line in lines:
        if line.kind == "money" and line.subject:
            nature, payment = "rigid" if line.category else "task", line.payment or 0
            total = _all_payers(base, line) if line.category else payment
            add(line.region, line.fund, line.measure, line.category, line.period, nature, payment, total)
        elif line.kind == "money":
            # Money of a whole fund: what is fixed stands in its own rows, the rest is a pot.
            fixed = ground.fixed_of.get((line.region, line.fund), np.zeros(len(place), np.int64))[place[line.period]]
            add(line.region, line.fund, FACTOR_POT, "", line.period, "factor", (line.payment or 0) - int(fixed))
    for row, own, paid in zip(ground.fixed.to_dict("records"), ground.fixed_own, ground.fixed_paid, strict=True):
        region, fund, period = str(row["region_code"]), str(row["fund"]), str(row["period"])
        if (region, fund, str(row["category"]), period) in money | stated and row["nature"] == "rigid":
            continue
        nature, category = str(row["nature"]), str(row["category"])
        at = place[period]
        add(region, fund, str(row["measure"]), category, period, nature, int(own[at]), int(paid[at]))
    _instalments(allocation, base, stated, add)
    return pd.DataFrame(rows, columns=list(allocation.columns))


def _all_payers(base: Problem, line: Line) -> int:
    """What all payers give where the fund's payer gives the stated money by the legal split (0 where it gives none)."""
    spec, payer = base.resolved.category(line.category), base.resolved.fund(line.fund).payer
    tiers = dict(zip(base.inputs.regions["region_code"], base.inputs.regions["payer_tier"], strict=True))
    part = dict(spec.payer_shares[tiers[line.region]]).get(payer)
    return ((line.payment or 0) / share(part)).__floor__() if part and share(part) else 0


def _instalments(allocation: pd.DataFrame, base: Problem, stated: set[tuple[str, str, str, str]], add: Any) -> None:
    """Later instalments of the tasks that were stated by standard."""
    tiers = dict(zip(base.inputs.regions["region_code"], base.inputs.regions["payer_tier"], strict=True))
    tasks = allocation[allocation["nature"] == "task"]
    for row in tasks.to_dict("records"):
        key = (str(row["region_code"]), str(row["fund"]), str(row["measure"]), str(row["period"]))
        if key not in stated:
            continue
        spec, payer = base.resolved.task(key[2]), base.resolved.fund(key[1]).payer
        total = entitlement(yuan_to_fen(str(row["standard_yuan_per_mu"])), mu_to_tenths(str(row["area_mu"])))
        shares = [(name, share(text)) for name, text in spec.payer_shares[tiers[key[0]]]]
        for years, amount in instalment_amounts(spec, np.array([total], np.int64)):
            due = str(int(key[3]) + years)
            if years and due in base.resolved.periods:
                add(key[0], key[1], key[2], "", due, "committed", split_payers(int(amount[0]), shares).get(payer, 0))


def _proposal(
    problem: Problem, tables: Mapping[str, pd.DataFrame], stated: pd.DataFrame, checked: Mapping[str, Any]
) -> Baselines:
    """The proposal as a baseline: money as stated beside the best offers within it, per unit, fund and period."""
    payers = {fund.id: fund.payer for fund in problem.resolved.funds}
    keys = ["region_code", "fund", "period"]

    def own(frame: pd.DataFrame) -> "pd.Series[Any]":
        fen = [int(row[f"{payers[str(row['fund'])]}_fen"]) for row in frame.to_dict("records")]
        return frame[keys].assign(fen=fen).groupby(keys)["fen"].sum()

    allocation, offers = tables["allocation"], tables["offers"]
    parts = {
        "payment_fen": own(stated),
        "converted_fen": own(allocation),
        "carbon_tco2e": allocation.groupby(keys)["carbon_tco2e"].sum(),
    }
    for name in (c for c in problem.offers.objective_columns if c != "obj.carbon"):
        benefit = pd.concat([offers[offers["chosen"]][[*keys, name]], problem.fixed.table[[*keys, name]]])
        parts[name] = benefit.groupby(keys)[name].sum()
    frame = pd.DataFrame(parts).fillna(0).reset_index()
    frame[["payment_fen", "converted_fen"]] = frame[["payment_fen", "converted_fen"]].astype("int64")
    listed = {spec.rule for spec in problem.resolved.rules}
    found: dict[str, list[Finding]] = {}
    for check in checked["checks"]:
        if check["rule"] in listed:
            found.setdefault(check["rule"], []).extend(Finding(**finding) for finding in check["findings"])
    breaks = breaks_of("proposal", found)
    empty = dict.fromkeys(("measure", "category", "standard_yuan_per_mu", "area_mu"), "")
    return Baselines(frame.assign(baseline="proposal", breaks=";".join(sorted(set(breaks["rule"]))), **empty), breaks)


def _completed(prepared: Prepared, frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Indicators, ledger, and every declared table and column in order."""
    frames |= risk_tables(prepared, frames)
    frames["indicators"] = indicators(prepared, frames)
    flags = listed_units(prepared.resolved, prepared.inputs, frames)
    frames["red_flags"] = red_flags(prepared.inputs, prepared.rules, flags)
    frames[LEVELS] = levels(prepared.inputs, frames["allocation"])
    frames["lorenz"] = lorenz_points(prepared, frames["allocation"])
    frames |= finance_tables(prepared.instruments)
    reads = parameter_ledger(prepared.rules, sorted(prepared.rules.used))
    known = [{str(k): str(v) for k, v in row.items()} for row in prepared.inputs.ledger.astype(str).to_dict("records")]
    frames["sources"] = ledger_frame({row["what"]: row for row in [*known, *reads]}.values())
    return in_declared_columns(frames)


def _describe(
    prepared: Prepared, frames: Mapping[str, pd.DataFrame], values: Mapping[str, tuple[float, str]], lines: list[Line]
) -> dict[str, Any]:
    """The content of outcome.json: what was scored, and that nothing was solved."""
    scenario, resolved = prepared.scenario, prepared.resolved
    parts = shares(prepared, frames["allocation"])
    objectives = [
        {
            "term": spec.term,
            "label": title_of(spec),
            "unit": values[spec.term][1],
            "value": values[spec.term][0],
            **dict.fromkeys(("bound", "gap", "utopia", "nadir")),
            "weight": spec.weight,
            "stage": spec.stage,
        }
        for spec in resolved.objectives
    ]
    return {
        "id": resolved.id,
        "title": {"zh": f"{scenario.title.zh}：分配建议评分", "en": f"{scenario.title.en}: a proposal, scored"},
        "kind": {"zh": scenario.kind.zh, "en": scenario.kind.en},
        "policy_date": resolved.policy_date,
        "mode": resolved.mode,
        "status": STATUS,
        "alpha": None,
        "objectives": objectives,
        "stages": [],
        "exchange_rates": [],
        "share_open_to_choice": parts["open_to_choice"],
        "share_assumed_money": parts["assumed_money"],
        "share_assumed_carbon": parts["assumed_carbon"],
        "prices": {},
        "carbon": decided_in(scenario),
        "caveats": [*({"zh": c.zh, "en": c.en} for c in scenario.caveats), *_caveats(lines)],
        "provisions": [p.model_dump(mode="json") for p in scenario.provisions],
        "versions": {name: version(name) for name in PACKAGES},
        "input_hashes": input_hashes(prepared),
        "seed": resolved.seed,
    }


def _caveats(lines: list[Line]) -> list[dict[str, str]]:
    """What a reader must know of a scored proposal."""
    caveats = [
        {
            "zh": "本结果是对一份分配建议的评分和校核，未经求解；建议未列出的单位和事项只计法定刚性支出和已承诺支出",
            "en": "This scores and audits a proposal; nothing was solved. Units and subjects that it does not name receive rigid and committed money only",
        }
    ]
    if any(line.kind == "money" for line in lines):
        caveats.append(
            {
                "zh": "只列金额的行已换算为该金额内的最优档次，原列金额见对照方案“主管部门分配建议”",
                "en": "Rows that state money alone were converted to the best offers within it; the amounts as stated are shown as the baseline of the proposal",
            }
        )
    return caveats


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
