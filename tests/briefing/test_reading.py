"""What a director or a budget officer reads: units that say what they count, rules told apart, the ledger by topic."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from tests.briefing.sample_facts import EPR, RD

from silvafisc.briefing import build
from silvafisc.briefing.blocks import Block, Briefing, Items, KeyFigures, Paragraph, Row, Table, figures, runs_text
from silvafisc.briefing.draft import Draft
from silvafisc.briefing.sections import decision, fairness, reasons, sources
from silvafisc.briefing.sections.ledger import (
    full_reference,
    ledger,
    shortened,
    shown_value,
    topic_of,
    topics,
)
from silvafisc.briefing.sections.rules import rule_names
from silvafisc.briefing.words import in_language
from silvafisc.results import Outcome, RuleSpec


def plain(runs: Any) -> str:
    return runs_text(runs).replace("\u00a0", " ")


def table_called(blocks: Any, words: str) -> Table:
    return next(block for block in blocks if isinstance(block, Table) and words in plain(block.caption))


def cells(row: Row) -> list[str]:
    return [plain(cell) for cell in row.cells]


def with_meta(outcome: Outcome, **changes: Any) -> Outcome:
    return replace(outcome, meta={**outcome.meta, **changes})


def with_table(outcome: Outcome, name: str, frame: pd.DataFrame) -> Outcome:
    return replace(outcome, tables={**outcome.tables, name: frame})


@pytest.fixture(scope="module")
def weighted(outcome: Outcome) -> Outcome:
    """The development objective in yuan, as the model gives it: 123 459 414 922.21 equity-weighted yuan."""
    carbon, development = outcome.meta["objectives"]
    development = development | {"unit": "yuan", "value": 123459414922.20834, "weight": 0.4, "stage": None}
    rate = {"of": "carbon", "per": "development", "value": 0.000762384824, "unit": "tco2e_per_yuan"}
    return with_meta(outcome, objectives=[carbon, development], exchange_rates=[rate])


def test_weighted_yuan_are_never_shown_as_bare_money(weighted: Outcome) -> None:
    """by hand: 123 459 414 922 / 1e8 = 1 234.59; a yuan objective of another name is plain money."""
    for language, text, unit in (("zh", "1,234.59", "亿元（加权）"), ("en", "123.459", "billion yuan (weighted)")):
        draft = Draft(weighted, language)
        blocks = decision.section(draft).blocks
        keys = next(block for block in blocks if isinstance(block, KeyFigures))
        assert (keys.items[2].number.text, keys.items[2].number.unit) == (text, unit)
    assert Draft(weighted, "zh").kind_of("yuan", "revenue") == "yuan_total"


def test_an_exchange_rate_is_said_per_10_000_yuan(weighted: Outcome) -> None:
    """by hand: 0.000762384824 t per yuan = 7.62 t per 10 000 yuan."""
    zh, en = (plain(reasons.exchange_rates(Draft(weighted, language))) for language in ("zh", "en"))
    assert "每 1 万元折合" in zh
    assert "7.62 吨" in zh
    assert "10,000 yuan" in en
    assert "7.62 t CO₂e" in en


def test_axes_count_in_large_units(weighted: Outcome) -> None:
    frontier = weighted.tables["frontier"].copy()
    frontier.loc[frontier["objective"] == "development", "value"] *= 0.01
    for language in ("zh", "en"):
        for figure in figures(build(with_table(weighted, "frontier", frontier), language)):
            assert "e+" not in figure.svg


def envelope_prices(outcome: Outcome, prices: dict[tuple[str, str], float]) -> Outcome:
    like = outcome.tables["shadow_prices"].iloc[[0]]
    rows = [like.assign(group=fund, period=period, price=price) for (fund, period), price in prices.items()]
    return with_table(outcome, "shadow_prices", pd.concat(rows, ignore_index=True))


def test_shadow_prices_are_per_10_000_yuan_and_zero_is_said_in_words(outcome: Outcome) -> None:
    """by hand: 0.00019849 t per yuan = 1.98 t per 10 000 yuan."""
    prices = {(EPR, "2026"): 0.00019849, (EPR, "2027"): 0.0041, (RD, "2026"): 0.0, (RD, "2027"): 0.0, (RD, "2028"): 0.0}
    table = table_called(reasons.section(Draft(envelope_prices(outcome, prices), "zh")).blocks, "边际效益")
    assert [cells(row)[1:] for row in table.rows] == [
        ["1.98", "41.0", "—"],
        ["0（预算不是瓶颈）", "0（预算不是瓶颈）", "0（预算不是瓶颈）"],
    ]
    assert {column.unit for column in table.columns[1:]} == {"吨/万元"}


def twice(outcome: Outcome) -> Outcome:
    """The priority share for two funds, beside a local limit."""
    codes = ("110000", "520000")
    shares = [
        RuleSpec("priority_share", {"group": "poorer", "share": "0.55", "fund": EPR}),
        RuleSpec("priority_share", {"group": "poorer", "share": "0.4", "fund": RD}),
    ]
    resolved = replace(
        outcome.resolved,
        rules=(RuleSpec("envelope"), *shares, RuleSpec("local_capacity", {"kappa": "0.01"})),
        groups={"poorer": codes},
    )
    checks = [{"rule": spec.rule, "clean": True, "checked": 3, "findings": []} for spec in resolved.rules]
    return replace(outcome, resolved=resolved, audit={"clean": True, "checks": checks})


def test_one_rule_for_two_funds_is_told_apart_everywhere(outcome: Outcome) -> None:
    draft = Draft(twice(outcome), "zh")
    table = table_called(reasons.section(draft).blocks, "遵守的规则")
    said = dict(cells(row)[:2] for row in table.rows)
    assert said["倾斜份额（生态保护恢复资金）"].endswith("可选择部分的 55.0%。")
    assert said["倾斜份额（改革发展资金）"].endswith("可选择部分的 40.0%。")
    assert said["地方承受能力"] == "地方负担不超过本级可用财力的 1.0%。"
    assert "北京市、贵州省" in plain(table.note)
    checks = table_called(sources.section(draft).blocks, "校核结果")
    assert len({cells(row)[i] for row in checks.rows for i in (0, 3)}) == 4
    assert rule_names(draft, ["priority_share", "envelope"]) == ["倾斜份额", "预算平衡"], "one price for both"


def test_limits_that_are_shares_are_said_as_shares(outcome: Outcome) -> None:
    """by hand: `at_most` is a number of standards in one rule and a share in the others."""
    rules = {"published_values": "4", "unverified_weight": "0.2", "carry_over": "0.3"}
    specs = tuple(RuleSpec(rule, {"at_most": at_most}) for rule, at_most in rules.items())
    draft = Draft(replace(outcome, resolved=replace(outcome.resolved, rules=specs)), "zh")
    said = [cells(row)[1] for row in table_called(reasons.section(draft).blocks, "遵守的规则").rows][:3]
    assert said == [
        "每个类别公布的不同标准不超过 4 个。",
        "未经核实的因素，权重之和不超过 20.0%。",
        "结转不超过当年预算的 30.0%，逾期未用完的收回。",
    ]


def test_a_gap_of_nothing_is_a_proof_and_has_no_figure(outcome: Outcome) -> None:
    for gap, said in (
        (0.0, "求解状态：已证明最优。"),
        (1.8e-15, "求解状态：已证明最优。"),
        (0.0000123, "求解状态：已证明最优，差距 0.0012%。"),
    ):
        entries = [entry | {"gap": gap} for entry in outcome.meta["objectives"]]
        draft = Draft(with_meta(outcome, objectives=entries, status="optimal"), "zh")
        assert plain(reasons.objectives(draft).note).endswith(said)


def test_a_fund_is_introduced_before_its_short_name_stands_for_it(zh: Briefing) -> None:
    conclusion = " ".join(plain(block.runs) for block in zh.sections[0].blocks if isinstance(block, Paragraph))
    assert "（以下简称“改革发展资金”）" in conclusion
    assert conclusion.count("以下简称") == 2


def test_prices_of_fairness_name_what_costs_and_what_does_not(outcome: Outcome) -> None:
    """by hand: 226.5 t are 0.0 万吨, so they are said in tonnes; entries of one rule are read by position."""
    entries = [
        {"rule": "priority_share", "objective": "carbon", "price": 0.0, "unit": "tco2e"},
        {"rule": "priority_share", "objective": "carbon", "price": 226.5, "unit": "tco2e"},
        {"rule": "published_values", "objective": "carbon", "price": None, "unit": "tco2e"},
        {"rule": "simplicity", "bound": -9.0, "label": {"zh": "简明性 ≥ -9", "en": "Simplicity ≥ -9"}}
        | {"objective": "carbon", "price": None, "unit": "tco2e"},
    ]
    prices = {**outcome.meta["prices"], "fairness": entries}
    briefing = build(with_meta(twice(outcome), prices=prices), "zh")
    section = next(section for section in briefing.sections if section.id == "frontier")
    items = [plain(runs) for block in section.blocks if isinstance(block, Items) for runs in block.items]
    assert "去掉“倾斜份额（改革发展资金）”，固碳量可增加 227 吨。" in items
    assert any("没有代价：倾斜份额（生态保护恢复资金）。" in item for item in items)
    assert any("标准个数上限" in item and "未求出" in item for item in items)
    assert any("简明性 ≥ -9" in item and "未求出" in item for item in items)


def without_tending(outcome: Outcome, best: float) -> Outcome:
    allocation = outcome.tables["allocation"]
    kept = allocation[(allocation["measure"] != "tending")].reset_index(drop=True)
    offers = pd.DataFrame(
        {
            "menu": ["m", "m"],
            "region_code": ["110000", "110000"],
            "nature": ["task", "task"],
            "measure": ["tending", "tending"],
            "obj.carbon": [0.0, best],
        }
    )
    standards = outcome.tables["standards"].copy()
    standards.loc[standards["measure"] == "tending", ["quantity_rule", "area_mu"]] = ["need:0", "0.0"]
    return with_table(with_table(with_table(outcome, "allocation", kept), "offers", offers), "standards", standards)


@pytest.mark.parametrize(("best", "reason"), [(-6.6, True), (12.0, False)])
def test_a_task_without_money_is_named_with_the_reason_the_offers_show(
    outcome: Outcome, best: float, reason: bool
) -> None:
    blocks = decision.section(Draft(without_tending(outcome, best), "zh")).blocks
    said = [plain(block.runs) for block in blocks if isinstance(block, Paragraph) and "未安排" in plain(block.runs)]
    assert any(text.startswith("森林抚育未安排") for text in said)
    assert any("不增加碳汇" in text for text in said) is reason
    note = next(plain(block.note) for block in blocks if isinstance(block, Table))
    assert "森林抚育" not in note, "no standard is announced for what is not funded"


@pytest.mark.parametrize(("engine", "said"), [("stock_change", "只计林木生物量变化"), ("full", "枯死木、凋落物、土壤")])
def test_a_task_without_carbon_is_explained_in_the_accounting_of_its_engine(
    outcome: Outcome, engine: str, said: str
) -> None:
    told = without_tending(outcome, -6.6)
    told = replace(told, meta={**told.meta, "carbon": {"engine": engine, "climate": "", "growth_model": ""}})
    blocks = decision.section(Draft(told, "zh")).blocks
    texts = [plain(block.runs) for block in blocks if isinstance(block, Paragraph)]
    assert sum(said in text for text in texts) == 1


def test_a_problem_without_an_answer_is_said_not_shown_as_a_number(outcome: Outcome) -> None:
    frame = outcome.tables["sensitivity"].copy()
    frame.loc[frame.index[0], "value"] = float("nan")
    briefing = build(with_table(outcome, "sensitivity", frame), "zh")
    table = table_called(briefing.sections[0].blocks, "逐一变动")
    assert "无可行方案" in cells(table.rows[0])[-1]
    assert len(table.rows) == 4, "one row per assumption"


def test_changes_say_against_what(outcome: Outcome) -> None:
    from silvafisc.briefing.blocks import Heading

    blocks: tuple[Block, ...] = decision.section(Draft(outcome, "zh")).blocks
    heads = [block.text for block in blocks if isinstance(block, Heading)]
    assert "增减变动（与因素法对照方案相比）" in heads


def test_the_conclusion_comes_first(zh: Briefing, en: Briefing) -> None:
    for briefing, words in ((zh, "建议"), (en, "We propose")):
        first = briefing.sections[0].blocks[0]
        assert isinstance(first, Paragraph)
        assert plain(first.runs).startswith(words)


# The ledger


def test_every_line_is_counted_once_under_one_topic(outcome: Outcome) -> None:
    draft = Draft(outcome, "zh")
    counts = table_called(ledger(draft), "项数")
    values = [[int(text) for text in cells(row)[1:]] for row in counts.rows]
    assert [sum(column) for column in zip(*values[:-1], strict=True)] == values[-1]
    assert values[-1][-2] == len(outcome.tables["sources"])
    assert values[-1][-1] == 1, "one line of the made-up ledger is demonstration data"
    assert {topic_of(what) for what in outcome.tables["sources"]["what"]} <= {entry["topic"] for entry in topics()}
    assert topic_of("assumptions.carbon.age_limits.oak") == "carbon_curves"
    assert topic_of("assumptions.carbon.hazard.central") == "carbon"


def test_assumed_lines_come_first_and_demonstration_data_are_marked(outcome: Outcome) -> None:
    blocks = ledger(Draft(outcome, "zh"))
    captions = [plain(block.caption) for block in blocks if isinstance(block, Table)]
    assert captions == ["依据和假设的项数", "假设和凭记忆的数据", "有出处的数据和规定"]
    rows = [cells(row) for row in table_called(blocks, "假设和凭记忆").rows if row.kind == "body"]
    assert [row[-1] for row in rows if "演示数据" in row[-1]] == ["假设（演示数据）"]


def test_curve_parameters_are_one_line_with_their_counts(outcome: Outcome) -> None:
    like = outcome.tables["sources"].iloc[[0]]
    curves = [like.assign(what=f"assumptions.carbon.age_limits.{name}", value="30;50") for name in ("oak", "birch")]
    frame = pd.concat([outcome.tables["sources"], *curves], ignore_index=True)
    table = table_called(ledger(Draft(with_table(outcome, "sources", frame), "zh")), "假设和凭记忆")
    (line,) = [cells(row) for row in table.rows if "合并列示" in "".join(cells(row))]
    assert line[2:] == ["—", "逐项取值和理由见 sources.csv", "假设 2 项"]


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("取人工比例 / the labour share", "取人工比例", "the labour share"),
        ("甲；乙 / a; b", "甲；乙", "a; b"),
        ("甲 / a；乙（待核）/ b", "甲；乙（待核）", "a; b"),
        ("2010 年 A/B 表", "2010 年 A/B 表", "2010 年 A/B 表"),
        ("办法第 3 条 / Measures (办法, as retold), article 3", "办法第 3 条", "Measures (办法, as retold), article 3"),
        ("甲（文号） / a (文号〔2020〕1号); b", "甲（文号）", "a (文号〔2020〕1号); b"),
        ("甲 / a 乙", "甲 / a 乙", "甲 / a 乙"),
        ("问答, https://a.b/c", "问答, https://a.b/c", "问答, https://a.b/c"),
    ],
)
def test_a_reference_in_two_languages_is_read_in_one(text: str, zh: str, en: str) -> None:
    """by hand"""
    assert in_language(text, "zh") == zh
    assert in_language(text, "en") == en


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        ("40246.0 – 125211524.8", "mu", "4.025—12,521\u00a0万亩", "40.25–125,212\u00a0thousand mu"),
        ("14382900000000 – 172978500000000", "fen", "1,438—17,298\u00a0亿元", "143.8–1,730\u00a0billion yuan"),
        ("0.003", "per_year", "0.003\u00a0每年", "0.003\u00a0per year"),
        ("0.70", "1", "0.7", "0.7"),
        ("2", "count", "2", "2"),
        ("False", "", "否", "no"),
        ("False;True", "", "否、是", "no, yes"),
        ("51301", "code", "51301", "51301"),
        ("1100250", "code", "1100250", "1100250"),
        ("young;middle", "text", "幼龄林、中龄林", "young, middle-aged"),
        (
            "110000;120000;130000;140000;150000",
            "code",
            "北京市、天津市、河北省、山西省、内蒙古自治区",
            "Beijing and others, 5 in all",
        ),
        ("provincial:0.8;county:0.2", "text", "省级 80%、县级 20%", "Provincial 80%, County 20%"),
        ("0:5/12;2:7/12", "text", "第 1 年 41.67%、第 3 年 58.33%", "year 1: 41.67%, year 3: 58.33%"),
        ("2026:1", "text", "2026:1", "2026:1"),
        ("0:1/0", "text", "0:1/0", "0:1/0"),
        ("stumpage:1.2", "text", "stumpage:1.2", "stumpage:1.2"),
        ("1700 – 58000", "fen_per_mu", "17—580\u00a0元/亩", "17–580\u00a0yuan/mu"),
        ("oak=0.35;birch=0.08", "text", "2\u00a0项", "2 entries"),
        ("4 种 / 4 values", "", "4 种", "4 values"),
        ("", "", "—", "—"),
    ],
)
def test_values_are_shown_short_and_in_readable_units(
    outcome: Outcome, value: str, unit: str, zh: str, en: str
) -> None:
    """by hand"""
    assert shown_value(Draft(outcome, "zh"), value, unit).replace("\u00a0", " ") == zh.replace("\u00a0", " ")
    assert shown_value(Draft(outcome, "en"), value, unit) == en


def test_groups_and_tiers_of_units_have_names_of_their_own(outcome: Outcome) -> None:
    """by hand: an upper case or a figure is a name only where the column says so."""
    zh, en = Draft(outcome, "zh"), Draft(outcome, "en")
    assert shown_value(zh, "1;2", "", "payer_tier") == "分担第一档、分担第二档"
    assert shown_value(zh, "central;east", "", "region_group") == "中部地区、东部地区"
    assert shown_value(en, "central;east;northeast;west", "", "region_group") == "centre, east, north-east, west"


def test_long_and_english_reasons_are_cut_or_pointed_at(outcome: Outcome) -> None:
    draft = Draft(outcome, "zh")
    assert shortened(draft, full_reference(draft, "x.y", "理由" * 60)).endswith("…")
    assert "sources.csv" in full_reference(draft, "x.y", "a reason in English only")
    assert len(shortened(Draft(outcome, "en"), "word " * 60)) <= 112


# Counties


def test_what_the_province_pays_is_no_burden_of_a_county(outcome: Outcome) -> None:
    """by hand: all of the made-up money is the centre's and the provinces', so a county's own part is none of it."""
    counties = with_table(outcome, "regions", outcome.tables["regions"].assign(unit_level="county"))
    table = fairness.burden(Draft(counties, "zh"))
    assert {cells(row)[1] for row in table.rows} == {"—"}
    assert runs_text(table.caption) == "地方负担及其占本级可用财力的比例"
    assert cells(fairness.burden(Draft(outcome, "zh")).rows[0])[1] != "—"


def test_the_provinces_own_part_goes_by_the_name_of_the_table_of_amounts(outcome: Outcome) -> None:
    table = fairness.burden(Draft(outcome, "zh"))
    assert runs_text(table.caption) == "省级负担及其占本级可用财力的比例"
    assert table.columns[1].header == "省级负担（各年合计）"
    assert "“省级”栏同口径" in runs_text(table.note)


def test_without_groups_the_parts_of_theil_are_left_out(outcome: Outcome) -> None:
    frame = outcome.tables["indicators"]
    alone = frame[~frame["variable"].str.startswith("fairness.theil_")].reset_index(drop=True)
    blocks = fairness.section(Draft(with_table(outcome, "indicators", alone), "zh")).blocks
    assert "组间" not in plain(next(block.runs for block in blocks if isinstance(block, Paragraph)))
    assert not [row for row in table_called(blocks, "公平性指标").rows if "组间" in cells(row)[0]]
