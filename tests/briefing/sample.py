"""A small but complete made-up Outcome for tests: 31 real province codes and names, every other figure invented.

Amounts arise as the published formula says, so that rows, envelopes, reasons and notices sum to the fen.
"""

import random
from fractions import Fraction
from typing import Any

import pandas as pd
from tests.briefing.sample_facts import (
    CATEGORIES,
    EPR,
    FACTORS,
    PAYERS,
    PERIODS,
    POT,
    RD,
    TASKS,
    UNITS,
    rows_of,
    standard_fen,
)
from tests.briefing.sample_tables import (
    baselines,
    envelopes,
    frontier,
    grades,
    indicators,
    lorenz,
    notice,
    prices,
    reasons,
    sensitivity,
    standards,
    weights,
)

from silvafisc.quantities import apportion, entitlement, fen_to_yuan, split_payers, tenths_to_mu
from silvafisc.results import (
    INPUT_TABLES,
    CategorySpec,
    FactorSpec,
    FundSpec,
    GradeSpec,
    ObjectiveSpec,
    Outcome,
    Resolved,
    RuleSpec,
    TaskSpec,
    UnitInputs,
)


def _frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    for name, kind in INPUT_TABLES[table].items():
        if kind in {"code", "text", "decimal"}:
            frame[name] = frame[name].astype("str")
    return frame.assign(status="assumption", source="made up for tests")


def make_inputs(count: int = 31) -> UnitInputs:
    """Inputs of the first `count` provinces."""
    rng = random.Random(7)
    regions, areas, tasks, factors, responses, stands = [], [], [], [], [], []
    for i, (code, name, english) in enumerate(UNITS[:count]):
        people = rng.randrange(3_000_000, 90_000_000)
        regions.append(
            {
                "region_code": code,
                "region_name": name,
                "region_name_en": english.replace("_", " "),
                "unit_level": "province",
                "parent_code": "000000",
                "payer_tier": str(1 + i % 3),
                "groups": "western" if code >= "500000" else "",
                "population_person": people,
                "rural_population_person": people * 2 // 5,
                "rural_income_fen": rng.randrange(1_200_000, 3_500_000),
                "gdp_per_capita_fen": rng.randrange(4_000_000, 18_000_000),
                "own_revenue_fen": rng.randrange(20_000_000_000, 900_000_000_000),
                "expenditure_fen": rng.randrange(200_000_000_000, 1_700_000_000_000),
            }
        )
        for category in CATEGORIES:
            areas.append(
                {
                    "region_code": code,
                    "category": category,
                    "area_tenth_mu": rng.randrange(500_000, 900_000_000),
                    "certified": False,
                    "document": "",
                }
            )
            responses.append(_response(code, category, rng.randrange(1_500, 6_000)))
        for measure in TASKS:
            need = rng.randrange(1_000_000, 30_000_000)
            tasks.append(
                {"region_code": code, "measure": measure, "need_tenth_mu": need, "capacity_tenth_mu": need * 3 // 4}
            )
            responses.append(_response(code, measure, rng.randrange(1_500, 6_000)))
        for factor in FACTORS:
            factors.append(
                {
                    "region_code": code,
                    "factor": factor,
                    "value": str(rng.randrange(1, 1000)),
                    "reported_by": "unit",
                    "verified_by": "",
                }
            )
        stands.append(
            {
                "region_code": code,
                "arbor_area_tenth_mu": rng.randrange(10**6, 10**9),
                "mean_volume_m3_per_ha": 60.0,
                "planted_share": 0.4,
                "shrub_flag": False,
                "loss_hazard_per_year": 0.003,
                "mean_temperature_celsius": 12.0,
                "precipitation_mm": 800.0,
            }
        )
    return UnitInputs(
        regions=_frame("regions", regions),
        areas=_frame("areas", areas),
        tasks=_frame("tasks", tasks),
        factors=_frame("factors", factors),
        responses=_frame("responses", responses),
        stands=_frame("stands", stands),
        last_year=None,
        ledger=_ledger(),
    )


def _response(code: str, subject: str, cost: int) -> dict[str, Any]:
    return {
        "region_code": code,
        "subject": subject,
        "opportunity_cost_fen": cost,
        "full_cost_fen": cost * 2,
        "household_share": 0.8,
        "sigma": 0.5,
        "retention_max": 0.9,
    }


def _ledger() -> pd.DataFrame:
    rows = [
        (
            "areas.area_tenth_mu",
            "",
            "0.1 mu",
            "assumption",
            "面积 = λ × 森林面积；λ 使下限合计达到已知总额",
            "assumption",
        ),
        ("responses.opportunity_cost_fen", "", "fen", "assumption", "立木价值 × 5%", "assumption"),
        ("stands.loss_hazard_per_year", "0.3%", "per_year", "assumption", "prior, range 0.1–0.6 %", "assumption"),
        ("regions.population_person", "", "person", "data", "第七次全国人口普查公报", "secondary"),
        ("regions.own_revenue_fen", "", "fen", "data", "2020年各省一般公共预算收入（回忆）", "recalled"),
        (
            "compensation.floor.collective",
            "16",
            "yuan_per_mu_per_year",
            "law",
            "财政部、国家林草局：林业改革发展资金管理办法 第八条",
            "secondary",
        ),
        (
            "compensation.floor.state",
            "10",
            "yuan_per_mu_per_year",
            "law",
            "财政部、国家林草局：林业改革发展资金管理办法 第八条",
            "secondary",
        ),
        (
            "funds.reform_development.appropriation",
            "",
            "fen",
            "assumption",
            "demonstration only <b>not</b> a budget",
            "assumption",
        ),
    ]
    frame = pd.DataFrame(rows, columns=["what", "value", "unit", "origin", "reference", "status"])
    frame["demo"] = ["yes" if what.startswith("funds") else "" for what in frame["what"]]
    return frame


def make_resolved() -> Resolved:
    """Two funds, two categories, three tasks, one factor pot, grades on."""
    shares = {
        tier: (("central", part), ("provincial", str(Fraction(1) - Fraction(part)))) for tier, part in PAYERS.items()
    }
    floors = {name: dict.fromkeys(PERIODS, floor) for name, (floor, _) in CATEGORIES.items()}
    return Resolved(
        id="sample",
        mode="rule",
        policy_date="2026-01-01",
        periods=PERIODS,
        funds=(
            FundSpec(EPR, "central", "joint", dict.fromkeys(PERIODS, 5_200_000_000_000)),
            FundSpec(RD, "central", "joint", dict.fromkeys(PERIODS, 2_400_000_000_000), factor_pot_fen=(POT,)),
        ),
        categories=tuple(
            CategorySpec(name, EPR, name, floors[name], (1000, 1200, 1600, 1800), shares) for name in CATEGORIES
        ),
        tasks=tuple(
            TaskSpec(name, RD, (fen,), ("0", "0.3"), shares, ((0, "0.6"), (1, "0.4"))) for name, fen in TASKS.items()
        ),
        factors=tuple(FactorSpec(RD, name, "0", "0.5", "0.25") for name in FACTORS),
        factor_step="0.05",
        grades=GradeSpec(True, ("0", "0.5", "1"), 10, 3, 5),
        rules=(RuleSpec("envelope"), RuleSpec("no_inversion")),
        objectives=(ObjectiveSpec("carbon", 1), ObjectiveSpec("development", 2)),
    )


def make_outcome(count: int = 31, title: str = "中央对省林业生态补偿与造林抚育补助分配") -> Outcome:
    """The whole outcome; `count` provinces."""
    inputs, resolved = make_inputs(count), make_resolved()
    regions = _regions(inputs)
    allocation = _allocation(inputs, regions)
    tables: dict[str, pd.DataFrame] = {
        "regions": regions,
        "allocation": allocation,
        "standards": standards(inputs, regions),
        "weights": weights(),
        "grades": grades(regions),
        "envelopes": envelopes(allocation),
        "baselines": baselines(allocation),
        "reasons": reasons(allocation),
        "notice": notice(allocation),
        "indicators": indicators(allocation, regions),
        "shadow_prices": prices(),
        "frontier": frontier(allocation),
        "sensitivity": sensitivity(allocation),
        "sources": inputs.ledger,
        "lorenz": lorenz(allocation, inputs),
        "offers": pd.DataFrame({"menu": ["m"], "region_code": ["110000"], "offer": ["o"], "chosen": ["True"]}),
        "finance": pd.DataFrame(columns=["instrument", "region_code", "period", "item", "amount_fen"], dtype="str"),
    }
    audit = {
        "clean": True,
        "checks": [
            {"rule": rule, "clean": True, "checked": 6 + i, "findings": []}
            for i, rule in enumerate(["envelope", "statutory_floor", "no_inversion", "reasons", "notice"])
        ],
    }
    meta = _meta(tables, title) | {"resolved": resolved.to_json()}
    return Outcome(meta=meta, tables=tables, inputs=inputs, resolved=resolved, audit=audit)


def _regions(inputs: UnitInputs) -> pd.DataFrame:
    rng = random.Random(11)
    base = inputs.regions
    frame = base[["region_code", "region_name", "region_name_en", "unit_level", "payer_tier", "groups"]].copy()
    frame["last_year_fen"] = pd.array([pd.NA] * len(frame), dtype="Int64")
    frame["importance"] = [round(rng.random(), 6) for _ in range(len(frame))]
    frame["need"] = [round(rng.random(), 6) for _ in range(len(frame))]
    score = (0.5 * frame["importance"] + 0.5 * frame["need"]).round(6)
    frame["score"] = [f"{value:.6f}" for value in score]
    frame["grade"] = [str(1 + (value >= 0.4) + (value >= 0.6)) for value in score]
    frame["omega"] = [round(20000 / (value / 100), 4) for value in base["rural_income_fen"]]
    frame["own_revenue_fen"] = base["own_revenue_fen"]
    return frame


def _row(
    region: Any, nature: str, fund: str, measure: str, category: str, period: str, fen: int, **extra: Any
) -> dict[str, Any]:
    part = Fraction(PAYERS[region.payer_tier])
    split = (
        {"central": fen, "provincial": 0}
        if nature == "factor"
        else split_payers(fen, [("central", part), ("provincial", 1 - part)])
    )
    row = {
        "region_code": region.region_code,
        "region_name": region.region_name,
        "unit_level": "province",
        "nature": nature,
        "fund": fund,
        "measure": measure,
        "category": category,
        "period": period,
        "offer": "",
        "standard_yuan_per_mu": "",
        "area_mu": "",
        "payment_fen": fen,
        "central_fen": split["central"],
        "provincial_fen": split["provincial"],
        "city_fen": 0,
        "county_fen": 0,
        "due_later_fen": 0,
        "carbon_tco2e": 0.0,
        "binding_rules": "",
    }
    return row | extra


def _allocation(inputs: UnitInputs, regions: pd.DataFrame) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    area = {(a.region_code, a.category): a.area_tenth_mu for a in rows_of(inputs.areas)}
    task = {
        (t.region_code, t.measure): min(t.need_tenth_mu * 3 // 10, t.capacity_tenth_mu) for t in rows_of(inputs.tasks)
    }
    value = {(f.region_code, f.factor): int(f.value) for f in rows_of(inputs.factors)}
    for period in PERIODS:
        pots = apportion(POT, dict.fromkeys(FACTORS, Fraction(1, 4)))
        factor = dict.fromkeys(regions["region_code"], 0)
        for name, pot in pots.items():
            for code, fen in apportion(pot, {c: value[c, name] for c in factor}).items():
                factor[code] += fen
        for region in rows_of(regions):
            code = region.region_code
            for category, (floor, _) in CATEGORIES.items():
                tenths, standard = area[code, category], standard_fen(category, region.grade, period)
                rigid, full = entitlement(floor, tenths), entitlement(standard, tenths)
                fixed = {
                    "standard_yuan_per_mu": fen_to_yuan(floor),
                    "area_mu": tenths_to_mu(tenths),
                    "binding_rules": "statutory_floor",
                }
                rows.append(_row(region, "rigid", EPR, "compensation", category, period, rigid, **fixed))
                extra = {
                    "standard_yuan_per_mu": fen_to_yuan(standard),
                    "offer": f"s{standard}",
                    "carbon_tco2e": tenths / 90.0,
                }
                rows.append(_row(region, "top_up", EPR, "compensation", category, period, full - rigid, **extra))
            for measure, fen in TASKS.items():
                tenths = task[code, measure]
                parts = list(
                    split_payers(entitlement(fen, tenths), [("0", Fraction(3, 5)), ("1", Fraction(2, 5))]).values()
                )
                extra = {
                    "standard_yuan_per_mu": fen_to_yuan(fen),
                    "area_mu": tenths_to_mu(tenths),
                    "due_later_fen": parts[1],
                    "offer": "q0.3",
                    "carbon_tco2e": tenths * (0.9 if measure == "afforestation" else 0.2),
                    "binding_rules": "envelope;delivery_capacity",
                }
                rows.append(_row(region, "task", RD, measure, "", period, parts[0], **extra))
                if period != PERIODS[0]:
                    rows.append(_row(region, "committed", RD, measure, "", period, parts[1]))
            rows.append(_row(region, "factor", RD, "factor_pot", "", period, factor[code]))
    frame = pd.DataFrame(rows)
    keys = ["region_code", "fund", "nature", "measure", "category", "period"]
    return frame.sort_values(keys, ignore_index=True)


def _meta(tables: dict[str, pd.DataFrame], title: str) -> dict[str, Any]:
    top = float(tables["allocation"]["carbon_tco2e"].sum())
    return {
        "format_version": 1,
        "id": "sample",
        "title": {"zh": title, "en": "Central transfers to provinces for forest compensation and afforestation"},
        "kind": {"zh": "情景测算", "en": "scenario estimate"},
        "policy_date": "2026-01-01",
        "mode": "rule",
        "status": "optimal",
        "alpha": "0.5",
        "objectives": [
            {
                "term": "carbon",
                "label": {"zh": "固碳量", "en": "Carbon"},
                "unit": "tco2e",
                "value": top,
                "bound": top,
                "gap": 0.0,
                "utopia": top,
                "nadir": top * 0.92,
                "weight": None,
                "stage": 1,
            },
            {
                "term": "development",
                "label": {"zh": "加权受益", "en": "Weighted development income"},
                "unit": "fen",
                "value": 6.7e12,
                "bound": 6.7e12,
                "gap": 0.0,
                "utopia": 9e12,
                "nadir": 6.1e12,
                "weight": None,
                "stage": 2,
            },
        ],
        "exchange_rates": [{"of": "carbon", "per": "development", "value": 0.0123, "unit": "tco2e_per_fen"}],
        "share_open_to_choice": 0.2231,
        "share_assumed_money": 0.874,
        "share_assumed_carbon": 1.0,
        "prices": {
            "explainability": {
                "objective": "carbon",
                "unit": "tco2e",
                "lower": top * 0.011,
                "upper": top * 0.012,
                "side_effects": {"development": -1.1e10},
                "yuan": {"lower": 3.1e8, "upper": 3.4e8, "method": "relaxation dual"},
                "yuan_at_rate": {"lower": 1.1e9, "upper": 1.2e9},
            },
            "fairness": [
                # As an outcome of the first version has it.
                {"rule": "no_inversion", "objective": "carbon", "price": top * 0.004, "unit": "tco2e"},
                {
                    "rule": "priority_share",
                    "objective": "carbon",
                    "unit": "tco2e",
                    "price": top * 0.003,
                    "lower": top * 0.002,
                    "upper": top * 0.005,
                    "side_effects": {"development": 2.5e10},
                    "yuan": {"lower": 1.2e8, "upper": 1.3e8, "method": "re-solve"},
                    "yuan_at_rate": 4.4e8,
                    "at_rates": None,
                },
                {
                    "rule": "standards_only_rise",
                    "objective": "carbon",
                    "unit": "tco2e",
                    **dict.fromkeys(("price", "lower", "upper"), 0.0),
                    "side_effects": {},
                    "yuan": None,
                    "yuan_at_rate": None,
                    "at_rates": {"price": top * 0.001, "changes": {"carbon": -top * 0.0005, "development": 9e9}},
                },
                {"rule": "local_capacity", "objective": "carbon", "price": 0.0, "unit": "tco2e", "at_rates": None},
                {"rule": "change_band", "objective": "carbon", "price": None, "unit": "tco2e", "at_rates": None},
            ],
        },
        "caveats": [
            {
                "zh": "计划单列市、新疆生产建设兵团和森工集团未单列。",
                "en": "Separately listed cities, the Xinjiang corps and forest-industry groups are not shown apart.",
            },
            {
                "zh": "公益林面积未经核定，为假设数。",
                "en": "Public-welfare forest areas are not certified; they are assumed.",
            },
        ],
        "versions": {"silvafisc": "0.1.0", "highspy": "1.15.1", "python": "3.11"},
        "input_hashes": {"scenario.yaml": "ab" * 32, "provinces": "cd" * 32},
        "seed": 0,
        "content_hash": "ef" * 32,
    }
