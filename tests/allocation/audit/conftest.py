"""A whole settled case, worked out by hand: three units, two categories, two tasks, one factor pot, two periods.

Every number in the tables below was computed by hand from the scenario and the inputs (none comes from a program); the
sums are written beside them where they are not obvious.

Areas in 0.1 mu: state A 1005, B 2000; collective B 333, C 4007. Floors 10.00 and 16.00 yuan.
Scores with alpha 0.4: A 0.4·0.2 + 0.6·0.1 = 0.14; B 0.4·0.5 + 0.6·0.6 = 0.56; C 0.24 + 0.5400006 = 0.7800006 → 0.780001.
Payers: tier 1 central and provincial half each; tier 2 central 2/3, provincial 1/4, county 1/12.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from io import StringIO
from typing import Any

import pandas as pd
import pytest

from silvafisc.allocation.audit import audit
from silvafisc.results import (
    CategorySpec,
    FactorSpec,
    FundSpec,
    GradeSpec,
    ObjectiveSpec,
    Resolved,
    RuleSpec,
    TaskSpec,
    UnitInputs,
)

A, B, C = "110001", "110002", "110003"
ECO, DEV = "ecological_protection_restoration", "reform_development"

ALLOCATION = """
region_code,nature,fund,measure,category,period,offer,standard_yuan_per_mu,area_mu,payment_fen,central_fen,provincial_fen,city_fen,county_fen,due_later_fen,carbon_tco2e
110001,rigid,ECO,compensation,state,2026,,10.00,100.5,100500,50250,50250,0,0,0,1.5
110001,rigid,ECO,compensation,state,2027,,10.00,100.5,100500,50250,50250,0,0,0,1.5
110002,rigid,ECO,compensation,state,2026,,10.00,200.0,200000,133333,50000,0,16667,0,3.0
110002,rigid,ECO,compensation,state,2027,,10.00,200.0,200000,133333,50000,0,16667,0,3.0
110002,rigid,ECO,compensation,collective,2026,,16.00,33.3,53280,35520,13320,0,4440,0,0.5
110002,rigid,ECO,compensation,collective,2027,,16.00,33.3,53280,35520,13320,0,4440,0,0.5
110003,rigid,ECO,compensation,collective,2026,,16.00,400.7,641120,427413,160280,0,53427,0,6.0
110003,rigid,ECO,compensation,collective,2027,,16.00,400.7,641120,427413,160280,0,53427,0,6.0
110001,top_up,ECO,compensation,state,2026,s=10.00,10.00,,0,0,0,0,0,0,0.0
110002,top_up,ECO,compensation,state,2026,s=12.00,12.00,,40000,26667,10000,0,3333,0,0.25
110002,top_up,ECO,compensation,state,2027,s=15.00,15.00,,100000,66667,25000,0,8333,0,0.75
110002,top_up,ECO,compensation,collective,2026,s=18.00,18.00,,6660,4440,1665,0,555,0,0.125
110002,top_up,ECO,compensation,collective,2027,s=20.05,20.05,,13486,8991,3371,0,1124,0,0.25
110003,top_up,ECO,compensation,collective,2026,s=18.00,18.00,,80140,53427,20035,0,6678,0,1.5
110003,top_up,ECO,compensation,collective,2027,s=20.05,20.05,,162283,108189,40571,0,13523,0,3.5
110001,task,DEV,afforestation,,2026,u=300.05;q=0.4,300.05,40.2,723721,723721,0,0,0,482480,20.0
110001,task,DEV,afforestation,,2027,u=300.05;q=0.4,300.05,40.2,723721,723721,0,0,0,482480,18.0
110002,task,DEV,afforestation,,2026,u=300.05;q=0.4,300.05,150.0,2700450,2430405,0,0,270045,1800300,80.0
110002,task,DEV,afforestation,,2027,u=300.05;q=0.4,300.05,150.0,2700450,2430405,0,0,270045,1800300,75.0
110001,committed,DEV,afforestation,,2027,,,,361860,361860,0,0,0,0,0.0
110001,committed,DEV,afforestation,,2027,,,,50,50,0,0,0,0,0.0
110002,committed,DEV,afforestation,,2027,,,,1350225,1215203,0,0,135022,0,0.0
110003,committed,DEV,afforestation,,2026,,,,10007,10007,0,0,0,0,
110001,factor,DEV,factor_pot,,2026,,,,64286,64286,0,0,0,0,0.0
110002,factor,DEV,factor_pot,,2026,,,,457144,457144,0,0,0,0,0.0
110003,factor,DEV,factor_pot,,2026,,,,478573,478573,0,0,0,0,0.0
110001,factor,DEV,factor_pot,,2027,,,,128571,128571,0,0,0,0,0.0
110002,factor,DEV,factor_pot,,2027,,,,914286,914286,0,0,0,0,0.0
110003,factor,DEV,factor_pot,,2027,,,,957143,957143,0,0,0,0,0.0
"""
# Task A: 300.05 yuan x 40.2 mu = 1 206 201 fen = 723 720.6 + 361 860.3 + 120 620.1; the odd fen goes to the first.
# Committed B: 1 350 225 x 0.9 = 1 215 202.5; the tie goes to the payer that is named first.

STANDARDS = """
fund,category,measure,grade,period,standard_yuan_per_mu,last_year_yuan_per_mu,floor_yuan_per_mu,quantity_rule,units,area_mu
ECO,state,compensation,1,2026,10.00,10.00,10.00,certified_area,1,100.5
ECO,state,compensation,2,2026,12.00,10.00,10.00,certified_area,1,200.0
ECO,state,compensation,1,2027,10.00,10.00,10.00,certified_area,1,100.5
ECO,state,compensation,2,2027,15.00,10.00,10.00,certified_area,1,200.0
ECO,collective,compensation,1,2026,16.00,,16.00,certified_area,0,0.0
ECO,collective,compensation,2,2026,18.00,,16.00,certified_area,2,434.0
ECO,collective,compensation,1,2027,16.00,,16.00,certified_area,0,0.0
ECO,collective,compensation,2,2027,20.05,,16.00,certified_area,2,434.0
DEV,,afforestation,,2026,300.05,,200.00,need:0.4,2,190.2
DEV,,afforestation,,2027,300.05,,200.00,need:0.4,2,190.2
DEV,,tending,,2026,100.00,,,need:0,0,0.0
DEV,,tending,,2027,100.00,,,need:0,0,0.0
"""

# 1 000 003 x 0.7 = 700 002.1 and x 0.3 = 300 000.9. Forest resource 1.5 : 2.5 : 3, fiscal difficulty 0 : 1 : 1.
WEIGHTS = """
fund,period,factor,weight,pot_fen
DEV,2026,fiscal_difficulty,0.7,700002
DEV,2026,forest_resource,0.3,300001
DEV,2027,fiscal_difficulty,0.7,1400000
DEV,2027,forest_resource,0.3,600000
"""

GRADES = """
grading,score,alpha,grade,cut_off,units,central_share,provincial_share,city_share,county_share
score,0.4 importance + 0.6 need,0.4,1,0.000000,1,,,,
score,0.4 importance + 0.6 need,0.4,2,0.500000,2,,,,
"""

ENVELOPES = """
fund,payer,period,appropriation_fen,carried_in_fen,paid_fen,instalments_due_fen,unallocated_fen,carried_out_fen,lapsed_fen
ECO,central,2026,800000,1001,731050,0,69951,34975,34976
ECO,central,2027,800000,34975,830363,0,4612,2306,2306
DEV,central,2026,5000000,0,4154129,10007,835864,0,835864
DEV,central,2027,7000000,0,5154126,1577113,268761,0,268761
"""

# ω = mean / income: mean rural income (100·20 000 + 200·10 000 + 100·8 000) / 400 = 12 000 yuan.
REGIONS = """
region_code,payer_tier,groups,last_year_fen,importance,need,score,grade,omega,own_revenue_fen
110001,1,,100049999,0.2,0.1,0.140000,1,0.6,5025000
110002,2,listed,120000,0.5,0.6,0.560000,2,1.2,43563100
110003,2,poor,,0.6,0.900001,0.780001,2,1.5,6695000
"""

NOTICE = """
region_code,fund,period,amount_fen,notice_fen,rounding_fen
110001,ECO,2026,50250,50000,250
110002,ECO,2026,199960,200000,-40
110003,ECO,2026,480840,481000,-160
110001,ECO,2027,50250,50000,250
110002,ECO,2027,244511,245000,-489
110003,ECO,2027,535602,535000,602
110001,DEV,2026,788007,788000,7
110002,DEV,2026,2887549,2887000,549
110003,DEV,2026,488580,489000,-420
110001,DEV,2027,1214202,1214000,202
110002,DEV,2027,4559894,4560000,-106
110003,DEV,2027,957143,957000,143
"""

OFFERS = """
region_code,fund,nature,measure,category,period,offer,standard_fen,area_tenth_mu,cost.ECO.central.2026_fen,cost.ECO.provincial.2026_fen,cost.ECO.county.2026_fen,cost.ECO.central.2027_fen,cost.ECO.provincial.2027_fen,cost.ECO.county.2027_fen,cost.DEV.central.2026_fen,cost.DEV.county.2026_fen,cost.DEV.central.2027_fen,cost.DEV.county.2027_fen,obj.carbon,obj.development,repaid_by_appropriation,chosen
110001,ECO,top_up,compensation,state,2026,s=10.00,1000,1005,0,0,0,0,0,0,0,0,0,0,0.0,0.0,False,True
110001,ECO,top_up,compensation,state,2026,s=12.00,1200,1005,10050,10050,0,0,0,0,0,0,0,0,0.2,9.0,False,False
110001,ECO,top_up,compensation,state,2027,s=10.00,1000,1005,0,0,0,0,0,0,0,0,0,0,0.0,0.0,False,True
110002,ECO,top_up,compensation,state,2026,s=12.00,1200,2000,26667,10000,3333,0,0,0,0,0,0,0,0.25,9.0,False,True
110002,ECO,top_up,compensation,state,2027,s=15.00,1500,2000,0,0,0,66667,25000,8333,0,0,0,0,0.75,9.0,False,True
110002,ECO,top_up,compensation,collective,2026,s=18.00,1800,333,4440,1665,555,0,0,0,0,0,0,0,0.125,9.0,False,True
110002,ECO,top_up,compensation,collective,2027,s=20.05,2005,333,0,0,0,8991,3371,1124,0,0,0,0,0.25,9.0,False,True
110003,ECO,top_up,compensation,collective,2026,s=18.00,1800,4007,53427,20035,6678,0,0,0,0,0,0,0,1.5,9.0,False,True
110003,ECO,top_up,compensation,collective,2027,s=20.05,2005,4007,0,0,0,108189,40571,13523,0,0,0,0,3.5,9.0,False,True
110001,DEV,task,afforestation,,2026,u=300.05;q=0.4,30005,402,0,0,0,0,0,0,723721,0,361860,0,20.0,9.0,False,True
110001,DEV,task,afforestation,,2027,u=300.05;q=0.4,30005,402,0,0,0,0,0,0,0,0,723721,0,18.0,9.0,False,True
110002,DEV,task,afforestation,,2026,u=300.05;q=0.4,30005,1500,0,0,0,0,0,0,2430405,270045,1215203,135022,80.0,9.0,False,True
110002,DEV,task,afforestation,,2027,u=300.05;q=0.4,30005,1500,0,0,0,0,0,0,0,0,2430405,270045,75.0,9.0,False,True
110002,DEV,task,tending,,2026,u=0;q=0,10000,0,0,0,0,0,0,0,0,0,0,0,0.0,0.0,False,True
110002,DEV,task,tending,,2026,u=100.00;q=0.5,10000,50,0,0,0,0,0,0,45000,5000,0,0,0.0,0.0,True,False
"""

INPUTS = {
    "regions": """
region_code,region_name,region_name_en,unit_level,parent_code,payer_tier,groups,population_person,rural_population_person,rural_income_fen,gdp_per_capita_fen,own_revenue_fen,expenditure_fen
110001,甲,A,county,110000,1,,500,100,2000000,1,5025000,1
110002,乙,B,county,110000,2,listed,500,200,1000000,1,43563100,1
110003,丙,C,county,110000,2,poor,500,100,800000,1,6695000,1
""",
    "areas": """
region_code,category,area_tenth_mu,certified,document
110001,state,1005,True,
110002,collective,333,True,
110002,state,2000,True,
110003,collective,4007,True,
""",
    "tasks": """
region_code,measure,need_tenth_mu,capacity_tenth_mu
110001,afforestation,1005,900
110002,afforestation,5000,1500
110002,tending,100,100
""",
    "factors": """
region_code,factor,value,reported_by,verified_by
110001,fiscal_difficulty,0,,
110001,forest_resource,1.5,,
110002,fiscal_difficulty,1,,
110002,forest_resource,2.5,,
110003,fiscal_difficulty,1,,
110003,forest_resource,3,,
""",
    "responses": """
region_code,subject,opportunity_cost_fen,full_cost_fen,household_share,sigma,retention_max
110001,state,2000,0,0.8,0.5,0.9
110002,collective,3600,0,0.8,0.5,0.9
110002,state,2000,0,0.8,0.5,0.9
110003,collective,4000,0,0.8,0.5,0.9
""",
    "stands": "\nregion_code\n110001\n",
    "last_year": """
region_code,fund,subject,area_tenth_mu,amount_fen
110001,DEV,afforestation,500,99999999
110001,DEV,factor_pot,0,50000
110002,ECO,state,1000,120000
""",
}


def table(text: str) -> pd.DataFrame:
    """A table of the case: whole money, counts and areas as integers, the rest as in a saved outcome."""
    text = text.replace("ECO", ECO).replace("DEV", DEV).lstrip()
    frame = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)
    for column in frame.columns:
        if column.endswith(("_fen", "_tenth_mu", "_person")) or column == "units":
            numbers = pd.to_numeric(frame[column].where(frame[column] != "", None))
            frame[column] = numbers.astype("Int64" if numbers.isna().any() else "int64")
        elif column.startswith("obj.") or column in {"carbon_tco2e", "importance", "need", "omega"}:
            frame[column] = pd.to_numeric(frame[column].where(frame[column] != "", None)).astype("float64")
        elif column in {"chosen", "repaid_by_appropriation", "certified"}:
            frame[column] = frame[column] == "True"
    return frame


def scenario() -> Resolved:
    """The scenario whose rules are, where they can be, tight to the fen (the ratios are those of the hand-made sums)."""
    tiers = {
        "1": (("central", "0.5"), ("provincial", "0.5")),
        "2": (("central", "2/3"), ("provincial", "1/4"), ("county", "1/12")),
    }
    task_tiers = {"1": (("central", "1"),), "2": (("central", "0.9"), ("county", "0.1"))}
    return Resolved(
        id="by_hand",
        mode="rule",
        policy_date="2026-01-01",
        periods=("2026", "2027"),
        funds=(
            FundSpec(ECO, "central", "", {"2026": 800000, "2027": 800000}, {"2026": 1001}, "0.5"),
            FundSpec(DEV, "central", "", {"2026": 5000000, "2027": 7000000}, factor_pot_fen=(1000003, 2000000)),
        ),
        categories=(
            CategorySpec("state", ECO, "state", {"2026": 1000, "2027": 1000}, (1000, 1200, 1500), tiers, 1000),
            CategorySpec(
                "collective",
                ECO,
                "collective",
                {"2026": 1600, "2027": 1600},
                (1600, 1800, 2005),
                tiers,
                not_below=("state",),
            ),
        ),
        tasks=(
            TaskSpec(
                "afforestation",
                DEV,
                (30005, 40000),
                ("0", "0.4"),
                task_tiers,
                ((0, "0.6"), (1, "0.3"), (3, "0.1")),
                20000,
            ),
            TaskSpec("tending", DEV, (10000,), ("0", "0.5"), task_tiers),
        ),
        factors=(
            FactorSpec(DEV, "fiscal_difficulty", "0.5", "0.8", "0.6"),
            FactorSpec(DEV, "forest_resource", "0.2", "0.5", "0.4"),
        ),
        factor_step="0.05",
        grades=GradeSpec(True, ("0.4", "0.5"), 10, 2, 3),
        rules=(
            RuleSpec("envelope"),
            RuleSpec("statutory_floor"),
            RuleSpec("standards_only_rise"),
            RuleSpec("cost_sharing"),
            RuleSpec("local_capacity", {"kappa": "0.01"}),
            RuleSpec("eligible_area"),
            RuleSpec("delivery_capacity"),
            # 2026, all funds: 80 140 + 478 573 of 126 800 + 1 000 003 + 3 424 171 fen
            RuleSpec("priority_share", {"group": "poor", "share": "558713/4550974"}),
            RuleSpec("published_values", {"at_most": 3}),
            RuleSpec("no_inversion"),
            # B: 120 000 x 2000/1000 − 200 000 = 40 000 fen of top-up last year; 46 660 and 113 486 fen now
            RuleSpec("change_band", {"lower": "0.1665", "upper": "1.83715"}),
            RuleSpec("not_below_last_year", {"group": "listed"}),
            RuleSpec("no_hidden_debt"),
        ),
        objectives=tuple(
            ObjectiveSpec(term, stage) for stage, term in enumerate(("carbon", "development", "adequacy", "stability"))
        ),
        groups={"poor": (C,), "listed": (B,)},
        opening_commitments=((C, DEV, "afforestation", "2026", 10007), (A, DEV, "afforestation", "2027", 50)),
        notice_unit_fen=1000,
    )


@dataclass
class ByHand:
    """The case, open to one planted change."""

    resolved: Resolved = field(default_factory=scenario)
    inputs: dict[str, pd.DataFrame] = field(
        default_factory=lambda: {name: table(text) for name, text in INPUTS.items()}
    )
    tables: dict[str, pd.DataFrame] = field(
        default_factory=lambda: {
            "allocation": table(ALLOCATION),
            "standards": table(STANDARDS),
            "weights": table(WEIGHTS),
            "grades": table(GRADES),
            "envelopes": table(ENVELOPES),
            "regions": table(REGIONS),
            "offers": table(OFFERS),
            "notice": table(NOTICE),
        }
    )

    def set(self, name: str, column: str, value: Any, **where: str) -> None:
        """Put `value` (or old + value for an int step) into the one row of a table (or input table) that `where` names."""
        frame = self.tables[name] if name in self.tables else self.inputs[name.removeprefix("inputs/")]
        frame.loc[self._mask(frame, where), column] = value

    def add(self, name: str, column: str, step: int, **where: str) -> None:
        """Add `step` to an integer cell."""
        frame = self.tables[name] if name in self.tables else self.inputs[name.removeprefix("inputs/")]
        frame.loc[self._mask(frame, where), column] += step

    @staticmethod
    def _mask(frame: pd.DataFrame, where: Mapping[str, str]) -> "pd.Series[bool]":
        mask = pd.Series(True, index=frame.index)
        for column, value in where.items():
            mask &= frame[column] == value
        assert mask.sum() == 1, f"{where} names {mask.sum()} rows"
        return mask

    def rule(self, name: str, **params: Any) -> None:
        """Keep only this rule, with these parameters."""
        self.resolved = replace(self.resolved, rules=(RuleSpec(name, params),))

    def run(self) -> dict[str, Any]:
        """Audit the case as it stands."""
        frames = {name: frame for name, frame in self.inputs.items() if name != "last_year"}
        inputs = UnitInputs(**frames, last_year=self.inputs.get("last_year"), ledger=pd.DataFrame())
        return audit(self.resolved, inputs, self.tables)

    def unclean(self) -> dict[str, list[dict[str, str]]]:
        """Check -> its findings, of the checks that are not clean."""
        return {check["rule"]: check["findings"] for check in self.run()["checks"] if not check["clean"]}


@pytest.fixture
def case() -> ByHand:
    """A fresh copy for each test."""
    return ByHand()
