"""Tables of the made-up outcome that follow from its allocation."""

import math
from fractions import Fraction
from typing import Any

import pandas as pd
from tests.briefing.sample_facts import CATEGORIES, EPR, FACTORS, PERIODS, POT, RD, TASKS, rows_of, standard_fen

from silvafisc.quantities import apportion, fen_to_yuan, tenths_to_mu
from silvafisc.results import UnitInputs


def standards(inputs: UnitInputs, regions: pd.DataFrame) -> pd.DataFrame:
    rows = []
    grade = dict(zip(regions["region_code"], regions["grade"], strict=True))
    for category, (floor, _) in CATEGORIES.items():
        for level in sorted(set(grade.values())):
            for period in PERIODS:
                held = inputs.areas[
                    (inputs.areas["category"] == category) & (inputs.areas["region_code"].map(grade) == level)
                ]
                rows.append(
                    {
                        "fund": EPR,
                        "category": category,
                        "measure": "compensation",
                        "grade": level,
                        "period": period,
                        "standard_yuan_per_mu": fen_to_yuan(standard_fen(category, level, period)),
                        "last_year_yuan_per_mu": fen_to_yuan(floor) if category.endswith("state") else "",
                        "floor_yuan_per_mu": fen_to_yuan(floor),
                        "quantity_rule": "certified_area",
                        "units": len(held),
                        "area_mu": tenths_to_mu(int(held["area_tenth_mu"].sum())),
                    }
                )
    for measure, fen in TASKS.items():
        need = inputs.tasks[inputs.tasks["measure"] == measure]
        tenths = sum(min(t.need_tenth_mu * 3 // 10, t.capacity_tenth_mu) for t in rows_of(need))
        for period in PERIODS:
            rows.append(
                {
                    "fund": RD,
                    "category": "",
                    "measure": measure,
                    "grade": "",
                    "period": period,
                    "standard_yuan_per_mu": fen_to_yuan(fen),
                    "last_year_yuan_per_mu": "",
                    "floor_yuan_per_mu": "",
                    "quantity_rule": "need:0.3",
                    "units": len(need),
                    "area_mu": tenths_to_mu(tenths),
                }
            )
    return pd.DataFrame(rows)


def weights() -> pd.DataFrame:
    pots = apportion(POT, dict.fromkeys(FACTORS, Fraction(1, 4)))
    rows = [
        {"fund": RD, "period": p, "factor": f, "weight": "0.25", "pot_fen": pots[f]} for p in PERIODS for f in FACTORS
    ]
    return pd.DataFrame(rows)


def grades(regions: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {
            "grading": "grade_by_region",
            "score": "alpha*importance+(1-alpha)*need",
            "alpha": "0.5",
            "grade": grade,
            "cut_off": cut,
            "units": int((regions["grade"] == grade).sum()),
            "central_share": "",
            "provincial_share": "",
            "city_share": "",
            "county_share": "",
        }
        for grade, cut in (("1", "0"), ("2", "0.4"), ("3", "0.6"))
    ]
    return pd.DataFrame(rows)


def envelopes(allocation: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for fund, total in ((EPR, 5_200_000_000_000), (RD, 2_400_000_000_000)):
        for period in PERIODS:
            held = allocation[(allocation["fund"] == fund) & (allocation["period"] == period)]
            due = int(held.loc[held["nature"] == "committed", "central_fen"].sum())
            paid = int(held["central_fen"].sum()) - due
            rest = total - paid - due
            assert rest >= 0, (fund, period, rest)
            rows.append(
                {
                    "fund": fund,
                    "payer": "central",
                    "period": period,
                    "appropriation_fen": total,
                    "carried_in_fen": 0,
                    "paid_fen": paid,
                    "instalments_due_fen": due,
                    "unallocated_fen": rest,
                    "carried_out_fen": 0,
                    "lapsed_fen": rest,
                }
            )
    return pd.DataFrame(rows)


def by_region(allocation: pd.DataFrame) -> dict[str, int]:
    return {str(code): int(fen) for code, fen in allocation.groupby("region_code")["payment_fen"].sum().items()}


def shifts(allocation: pd.DataFrame) -> dict[str, int]:
    """Made-up differences against the factor method; they sum to zero and one is zero."""
    codes = sorted(by_region(allocation))
    half = (len(codes) - 1) // 2
    shift = {code: 10_000_000_000 - 7_654_321 * i for i, code in enumerate(codes[:half])}
    shift |= {code: -fen for code, fen in zip(codes[half:], shift.values(), strict=False)}
    return {code: shift.get(code, 0) for code in codes}


def baselines(allocation: pd.DataFrame) -> pd.DataFrame:
    totals, shift = by_region(allocation), shifts(allocation)
    carbon = allocation.groupby("region_code")["carbon_tco2e"].sum()
    rows = []
    for name, factor, breaks in (
        ("factor_method", 0.93, ""),
        ("flat_standard", 0.9, ""),
        ("pro_rata_area", 0.88, "no_inversion;statutory_floor"),
    ):
        for code, fen in totals.items():
            paid = fen - shift[code]
            rows.append(
                {
                    "baseline": name,
                    "region_code": code,
                    "fund": EPR,
                    "period": "2026",
                    "measure": "compensation",
                    "category": "",
                    "standard_yuan_per_mu": "",
                    "area_mu": "",
                    "payment_fen": paid,
                    "converted_fen": paid,
                    "carbon_tco2e": float(carbon[code]) * factor,
                    "breaks": breaks,
                }
            )
    return pd.DataFrame(rows)


def reasons(allocation: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for code, fen in shifts(allocation).items():
        third = fen // 3
        for part, amount in (("standard", third), ("grade", third), ("weight", fen - 2 * third)):
            rows.append({"region_code": code, "against": "factor_method", "part": part, "amount_fen": amount})
    return pd.DataFrame(rows)


def notice(allocation: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for (fund, period), held in allocation.groupby(["fund", "period"]):
        exact = {str(code): int(fen) for code, fen in held.groupby("region_code")["central_fen"].sum().items()}
        printed = apportion(sum(exact.values()) // 1_000_000, exact)
        for code, fen in exact.items():
            notice = printed[code] * 1_000_000
            rows.append(
                {
                    "region_code": code,
                    "fund": fund,
                    "period": period,
                    "amount_fen": fen,
                    "notice_fen": notice,
                    "rounding_fen": fen - notice,
                }
            )
    return pd.DataFrame(rows)


def indicators(allocation: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []

    def add(variable: str, value: float, unit: str, code: str = "000000", year: str = "") -> None:
        rows.append(
            {
                "scenario": "sample",
                "region_code": code,
                "variable": variable,
                "unit": unit,
                "year": year,
                "value": float(value),
                "kind": "model",
            }
        )

    add("carbon.total", allocation["carbon_tco2e"].sum(), "tco2e")
    for measure, held in allocation.groupby("measure"):
        total = float(held["carbon_tco2e"].sum())
        add(f"carbon.by_measure.{measure}", total, "tco2e")
    add("money.total", allocation["payment_fen"].sum(), "fen")
    for nature, held in allocation.groupby("nature"):
        add(f"money.by_nature.{nature}", held["payment_fen"].sum(), "fen")
    for fund, held in allocation.groupby("fund"):
        add(f"money.by_fund.{fund}", held["payment_fen"].sum(), "fen")
    for variable, value in (
        ("share.open_to_choice", 0.2231),
        ("share.assumed_money", 0.874),
        ("share.assumed_carbon", 1.0),
        ("fairness.theil", 0.2134),
        ("fairness.theil_between", 0.0912),
        ("fairness.theil_within", 0.1222),
        ("fairness.gini", 0.3411),
        ("fairness.kakwani", -0.1034),
        ("adequacy.minimum", 0.24),
        ("adequacy.mean", 0.61),
    ):
        add(variable, value, "1")
    for region in rows_of(regions):
        held = allocation[allocation["region_code"] == region.region_code]
        add("local_burden", 100 * held["provincial_fen"].sum() / 3 / region.own_revenue_fen, "pct", region.region_code)
        add("unit.carbon", held["carbon_tco2e"].sum(), "tco2e", region.region_code)
        for period, part in held.groupby("period"):
            add("unit.payment", part["payment_fen"].sum(), "fen", region.region_code, str(period))
    return pd.DataFrame(rows)


def prices() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "rule": "envelope",
                "region_code": "",
                "group": EPR,
                "period": "2026",
                "price": 0.0131,
                "unit": "tco2e_per_yuan",
                "method": "re-solve",
                "step": "1 %",
                "meaning_zh": "该资金 2026 年每增加 1 万元，测算固碳增加 131 吨",
                "meaning_en": "10,000 more yuan in this fund in 2026 add 131 tCO2e",
            },
            {
                "rule": "statutory_floor",
                "region_code": "",
                "group": "public_welfare_state",
                "period": "2026",
                "price": 0.0,
                "unit": "tco2e_per_yuan",
                "method": "re-solve",
                "step": "1 %",
                "meaning_zh": "放宽下限不增加固碳",
                "meaning_en": "A lower floor adds no carbon",
            },
        ]
    )


def frontier(allocation: pd.DataFrame) -> pd.DataFrame:
    top = float(allocation["carbon_tco2e"].sum())
    rows = []
    for i in range(9):
        rows.append(
            {"point": i + 1, "kind": "frontier", "label": "", "objective": "carbon", "value": top * (0.92 + 0.01 * i)}
        )
        rows.append(
            {
                "point": i + 1,
                "kind": "frontier",
                "label": "",
                "objective": "development",
                "value": 9e12 * math.sqrt(1 - (i / 12) ** 2),
            }
        )
    for label, kind, share, level in (
        ("chosen", "chosen", 1.0, 6.7e12),
        ("factor_method", "baseline", 0.93, 6.1e12),
        ("flat_standard", "baseline", 0.9, 7.0e12),
    ):
        number = len(rows) // 2 + 1
        rows.append({"point": number, "kind": kind, "label": label, "objective": "carbon", "value": top * share})
        rows.append({"point": number, "kind": kind, "label": label, "objective": "development", "value": level})
    return pd.DataFrame(rows)


def sensitivity(allocation: pd.DataFrame) -> pd.DataFrame:
    top = float(allocation["carbon_tco2e"].sum())
    rows = []
    for i, name in enumerate(("opportunity_cost", "public_welfare_area", "participation_sigma", "loss_hazard")):
        for change, factor in (("-20 %", 0.9 + 0.02 * i), ("+20 %", 1.1 - 0.02 * i)):
            rows.append(
                {
                    "assumption": name,
                    "change": change,
                    "objective": "carbon",
                    "value": top * factor,
                    "units_changed": 3 * i + (factor > 1),
                    "units_regraded": i,
                }
            )
    for change, factor in (("0.001", 0.55), ("0.006", 1.65)):
        rows.append(
            {
                "assumption": "loss_hazard",
                "change": change,
                "objective": "carbon",
                "value": top * factor,
                "units_changed": 12,
                "units_regraded": 0,
            }
        )
    return pd.DataFrame(rows)


def lorenz(allocation: pd.DataFrame, inputs: UnitInputs) -> pd.DataFrame:
    people = dict(zip(inputs.regions["region_code"], inputs.regions["rural_population_person"], strict=True))
    paid = by_region(allocation)
    order = sorted(paid, key=lambda code: (paid[code] / people[code], code))
    rows, p, m = [{"point": 0, "region_code": "", "population_share": 0.0, "payment_share": 0.0}], 0, 0
    for i, code in enumerate(order):
        p, m = p + people[code], m + paid[code]
        rows.append(
            {
                "point": i + 1,
                "region_code": code,
                "population_share": p / sum(people.values()),
                "payment_share": m / sum(paid.values()),
            }
        )
    return pd.DataFrame(rows)
