"""The parameter tree: what is refused, what a change does, what is recorded."""

from collections.abc import Callable
from pathlib import Path

import pytest

from silvafisc.datasets.findings import InputError
from silvafisc.policy import Change, NotInForce, ParameterTree, Reference, UnknownParameter, WrongUnit
from silvafisc.policy.yaml_source import MAX_NODES

FLOOR = "compensation.public_welfare_forest.collective"
WHY = Reference("a proposal")

GOOD = """\
fee:
  description: {zh: 收费, en: Fee}
  unit: yuan_per_mu_per_year
  checked_until: "2026-01-31"
  values:
    - {from: "2010-01-01", value: "10", status: secondary, reference: {title: first act}}
    - {from: "2015-01-01", value: "12.5", status: verified, reference: {title: second act}}
    - {from: "2020-01-01", value: null, status: secondary, reference: {title: repeal}}
"""


def _tree(folder: Path, text: str, name: str = "law") -> ParameterTree:
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return ParameterTree.load(folder)


def _messages(error: InputError, language: str = "en") -> str:
    return "\n".join(finding.text(language) for finding in error.findings)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda t: t.replace('"12.5"', "12.5"), "law.yaml:7:35: fee.values[1].value: must be text (got 12.5)"),
        (lambda t: t.replace("unit: yuan_per_mu_per_year", "unit: yuan_per_muu"), "unknown unit 'yuan_per_muu'; did you mean 'yuan_per_mu'?"),
        (lambda t: t.replace("checked_until:", "checked_untill:"), "law.yaml:4:3: fee.checked_untill: unknown key; did you mean 'checked_until'?"),
        (lambda t: t.replace("status: verified", "status: found"), "must be 'verified', 'secondary', 'computed', 'recalled' or 'assumption' (got 'found')"),
        (lambda t: t.replace('"2015-01-01"', '"2009-01-01"'), "dates must ascend"),
        (lambda t: t.replace('"2015-01-01"', "2015-01-01"), "a date must be quoted"),
        (lambda t: t.replace(", reference: {title: second act}", ""), "fee.values[1].reference: is required and missing"),
        (lambda t: t.replace("title: second act", 'title: ""'), "must not be empty"),
        (lambda t: t.replace('"12.5"', '"twelve"'), "not numbers of yuan_per_mu_per_year: ['twelve']"),
        (lambda t: t.replace('"12.5"', '"NaN"'), "not numbers of yuan_per_mu_per_year: ['NaN']"),
        (lambda t: t.replace("  unit:", "  not_modelled: true\n  unit:"), "`not_modelled: true` and `why` go together"),
        (lambda t: t + t, "law.yaml:9:1: fee: duplicate key, first given in line 1"),
        (lambda t: t.replace("  unit", "\tunit"), "law.yaml:3:1: a tab is used to indent; use spaces"),
        (lambda t: t.replace("fee:", "Fee:"), "names are snake_case"),
        (lambda t: t.replace("fee:", "<<: {a: 1}\nfee:"), "merge keys (<<) are not allowed"),
        (lambda t: t.replace('value: "10"', "value: !!python/name:os.system x"), "tag or sign not allowed here"),
        (lambda t: "", "law.yaml:1:1: the file is empty"),
        (lambda t: t + "---\n" + t, "more than one YAML document"),
        (lambda t: "a: " + "[" * 5000, "nested deeper than"),
        (lambda t: "a: &a [*a]\n", "alias *a has no finished anchor"),
    ],
)  # fmt: skip
def test_a_bad_parameter_file_is_refused_at_its_place(
    edit: Callable[[str], str], expected: str, tmp_path: Path
) -> None:
    assert _tree(tmp_path, GOOD).on("2016-01-01").fen("law.fee") == 1250
    folder = tmp_path / "bad"
    folder.mkdir()
    with pytest.raises(InputError) as caught:
        _tree(folder, edit(GOOD))
    assert expected in _messages(caught.value)
    assert all(finding.zh and finding.zh != finding.en for finding in caught.value.findings)


def test_an_alias_bomb_is_counted_and_never_expanded(tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    with pytest.raises(InputError, match=f"aliases expand to more than {MAX_NODES} values"):
        _tree(tmp_path, "\n".join(lines))


def test_small_aliases_repeat_a_reference(tmp_path: Path) -> None:
    text = GOOD.replace("{title: first act}", "&act {title: first act}").replace("{title: second act}", "*act")
    assert _tree(tmp_path, text).on("2016-01-01").entry("law.fee").reference == Reference("first act")


def test_findings_of_all_files_come_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(GOOD.replace('"12.5"', "12.5"), encoding="utf-8")
    (tmp_path / "two.yaml").write_bytes(b"a: \xff\n")
    with pytest.raises(InputError) as caught:
        _tree(tmp_path, GOOD.replace("status: verified", "status: maybe").replace("unit: yuan", "unit: yuann"), "three")
    text = _messages(caught.value)
    assert "one.yaml:7" in text
    assert "two.yaml:1: is not UTF-8 text" in text
    assert text.count("three.yaml") == 1, "the unit is checked once the fields of the parameter are right"


def test_a_repealed_value_and_one_not_yet_in_force_are_named_with_their_dates(tmp_path: Path) -> None:
    tree = _tree(tmp_path, GOOD)
    with pytest.raises(NotInForce, match=r"law.fee was repealed from 2020-01-01; asked for 2026-01-01"):
        tree.on("2026-01-01").fen("law.fee")
    with pytest.raises(NotInForce, match=r"law.fee is in force only from 2010-01-01; asked for 2009-12-31"):
        tree.on("2009-12-31").fen("law.fee")
    assert tree.on("2026-01-01").children("law") == []
    assert tree.on("2016-01-01").children("law") == ["law.fee"]


def test_an_unknown_path_is_a_key_error_with_the_nearest_name() -> None:
    with pytest.raises(KeyError) as caught:
        ParameterTree.load().on("2026-01-01").fen("compensation.public_welfare_forest.colective")
    assert isinstance(caught.value, UnknownParameter)
    assert f"did you mean {FLOOR!r}" in str(caught.value)


def test_reads_are_recorded_with_provenance() -> None:
    tree = ParameterTree.load()
    rules = tree.on("2026-01-01")
    entry = rules.entry(FLOOR)
    assert (entry.value, entry.unit, entry.status, entry.from_date) == (
        "16",
        "yuan_per_mu_per_year",
        "secondary",
        "2019-01-01",
    )
    assert "天然林保护" in entry.reference.title
    assert rules.used == {FLOOR} == tree.used
    assert ParameterTree.load().used == frozenset(), "a newly loaded tree has its own record"


def test_numbers_keep_their_unit_and_texts_are_no_numbers() -> None:
    rules = ParameterTree.load().on("2026-01-01")
    assert (
        rules.fraction("factors.general_template.task_need")
        == rules.fraction("assumptions.allocation.factor_weights.band") * 10
    )
    assert rules.number("factors.general_template.task_need") == 50.0
    assert rules.fen("notice.amounts.unit") == 1_000_000
    with pytest.raises(WrongUnit):
        rules.fen("factors.general_template.task_need")
    with pytest.raises(WrongUnit):
        rules.number("payers.tiers.tier_1")


def test_a_change_holds_from_its_first_to_its_last_day_and_the_law_resumes() -> None:
    tree = ParameterTree.load().apply([Change(FLOOR, "2026-01-01", "2026-12-31", "18", WHY)])
    by_date = {date: tree.on(date).fen(FLOOR) for date in ("2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01")}
    assert by_date == {"2025-12-31": 1600, "2026-01-01": 1800, "2026-12-31": 1800, "2027-01-01": 1600}
    entry = tree.on("2026-06-01").entry(FLOOR)
    assert (entry.changed, entry.status, entry.reference) == (True, "assumption", WHY)
    assert ParameterTree.load().on("2026-06-01").fen(FLOOR) == 1600, "the shipped law is untouched"


def test_an_open_change_lasts_and_swallows_later_values(tmp_path: Path) -> None:
    tree = _tree(
        tmp_path,
        GOOD.replace('    - {from: "2020-01-01", value: null, status: secondary, reference: {title: repeal}}\n', ""),
    )
    changed = tree.apply([Change("law.fee", "2012-01-01", "open", "11", WHY)])
    assert [changed.on(date).fen("law.fee") for date in ("2011-12-31", "2012-01-01", "2030-01-01")] == [
        1000,
        1100,
        1100,
    ]


def test_a_change_within_one_value_and_across_two_keeps_the_others(tmp_path: Path) -> None:
    changed = _tree(tmp_path, GOOD).apply([Change("law.fee", "2014-01-01", "2015-12-31", "11", WHY)])
    dates = ("2013-12-31", "2014-01-01", "2015-06-01", "2016-01-01", "2019-12-31")
    assert [changed.on(date).fen("law.fee") for date in dates] == [1000, 1100, 1100, 1250, 1250]
    with pytest.raises(NotInForce):
        changed.on("2020-01-01").fen("law.fee")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("law.fee", "2012-01-01", "2014-01-01"), ("law.fee", "2014-01-01", "2014-06-01")], "overlaps the change of law.fee from 2012-01-01 to 2014-01-01"),
        ([("law.fee", "2012-01-01", "2013-01-01"), ("law.fee", "2011-01-01", "2012-06-01")], "overlaps the change of law.fee"),
        ([("law.fees", "2012-01-01", "2014-01-01")], "unknown parameter 'law.fees'; did you mean 'law.fee'?"),
        ([("law.fee", "2021-01-01", "open")], "law.fee is repealed from 2020-01-01; a change cannot bring it back"),
        ([("law.fee", "2019-01-01", "open")], "law.fee is repealed from 2020-01-01"),
        ([("law.fee", "2019-01-01", "2020-01-01")], "law.fee is repealed from 2020-01-01"),
        ([("law.fee", "2009-01-01", "2012-01-01")], "law.fee is not in force before 2010-01-01"),
        ([("law.fee", "2014-01-01", "2012-01-01")], "ends 2012-01-01 before it starts 2014-01-01"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_meant_is_refused(
    changes: list[tuple[str, str, str]], expected: str, tmp_path: Path
) -> None:
    tree = _tree(tmp_path, GOOD)
    with pytest.raises(InputError) as caught:
        tree.apply([Change(path, start, end, "11", WHY) for path, start, end in changes])
    assert expected in _messages(caught.value)


def test_a_change_up_to_the_day_before_the_repeal_is_allowed(tmp_path: Path) -> None:
    changed = _tree(tmp_path, GOOD).apply([Change("law.fee", "2019-01-01", "2019-12-31", "13", WHY)])
    assert changed.on("2019-12-31").fen("law.fee") == 1300


def test_changes_that_nothing_reads_are_refused_or_listed() -> None:
    tree = ParameterTree.load()
    record = Change("provincial_standards.beijing.total", "2026-01-01", "open", "80", WHY)
    with pytest.raises(InputError, match="on record only"):
        tree.apply([record])
    with pytest.raises(InputError, match="not a number of yuan_per_mu_per_year"):
        tree.apply([Change(FLOOR, "2026-01-01", "open", "1x", WHY)])
    change = Change(FLOOR, "2026-01-01", "open", "18", WHY)
    changed = tree.apply([change])
    assert changed.unused_changes() == (change,)
    changed.on("2025-12-31").fen(FLOOR)
    assert changed.unused_changes() == (change,), "read only on a day on which the change does not hold"
    changed.on("2026-01-01").fen(FLOOR)
    assert changed.unused_changes() == ()


@pytest.mark.parametrize(
    ("reference", "line"),
    [
        (Reference("管理办法", "第九条", "财资环〔2025〕1号", "a.cn"), "管理办法（财资环〔2025〕1号），第九条，a.cn"),
        (Reference("a paper", "table 2", "", "b.org"), "a paper, table 2, b.org"),
        (Reference("", "第二条", "财预〔2020〕10号"), "财预〔2020〕10号, 第二条"),
        (
            Reference("评价办法 / rules of review", "", "财预〔2020〕10号"),
            "评价办法（财预〔2020〕10号） / rules of review (财预〔2020〕10号)",
        ),
        (
            Reference("办法 / rules (办法)", "第二条", "财预〔2020〕10号"),
            "办法（财预〔2020〕10号），第二条 / rules (办法) (财预〔2020〕10号, 第二条)",
        ),
        (
            Reference("划分办法 / division", "东部 / the east", "", "c.cn"),
            "划分办法，东部，c.cn / division, the east, c.cn",
        ),
    ],
)
def test_a_reference_is_one_line_in_the_commas_of_its_language(reference: Reference, line: str) -> None:
    """by hand: what is said in both languages keeps its two halves, and Chinese stands within brackets in the English one."""
    assert reference.text() == line
