"""Published cases worked out again: expected numbers are the published ones; a wrong one must show."""

from pathlib import Path

import pytest

from silvafisc.datasets import InputError
from silvafisc.policy.replications import REPLICATIONS, Replication, load_replication, shipped_replications
from silvafisc.policy.schema import validate
from silvafisc.policy.yaml_source import parse_yaml
from silvafisc.runs import replicate as module
from silvafisc.runs.replicate import Replicated, replicate


@pytest.fixture(scope="module")
def found() -> Replicated:
    return replicate()


def rows(found: Replicated, case: str) -> list[tuple[str, str]]:
    mine = found.table[found.table["case"] == case]
    return list(zip(mine["ours"], mine["verdict"], strict=True))


def test_no_figure_differs_without_a_reason(found: Replicated) -> None:
    assert set(found.table["case"]) == set(shipped_replications())
    assert not (found.table["verdict"] == "different").any()
    (only,) = found.table[found.table["verdict"] == "explained"].to_dict("records")
    assert (only["case"], only["difference"]) == ("wangcang", "-0.01")
    assert only["why_zh"]


def test_the_figures_of_the_design_are_there(found: Replicated) -> None:
    """published: 167 790 and 838 950 yuan; 813 310; 0.63 / 0.96 / 1.15 / 1.58, 5.32 M and 56 %; 2.98 %; 5.70–5.85 %."""
    assert rows(found, "anji") == [("167790", "equal"), ("838950", "equal")]
    assert rows(found, "jixi") == [("813310", "equal")]
    assert [ours for ours, _ in rows(found, "wuning")] == ["0.63", "0.96", "1.15", "1.58", "532", "56"]
    assert [ours for ours, _ in rows(found, "fujian")] == ["2.98", "2.97"]
    assert [ours for ours, _ in rows(found, "cgn")] == ["5.70", "5.85"]
    assert [ours for ours, _ in rows(found, "bond")] == ["3.1299", "4.5710"]
    assert [ours for ours, _ in rows(found, "guangdong")][-2:] == ["33.95", "45.1"]
    assert [ours for ours, _ in rows(found, "beijing")] == ["40", "43080", "21540", "75390"]
    assert rows(found, "weihe")[-1] == (
        "渭源 > 麦积 > 武山 > 甘谷 > 秦州 > 陇西 / Weiyuan > Maiji > Wushan > Gangu > Qinzhou > Longxi",
        "equal",
    )


def test_a_sample_of_the_surface_lies_within_the_stated_tolerance(found: Replicated) -> None:
    mine = found.table[found.table["case"] == "babcock"]
    assert len(mine) == 4 * 5 * 2
    assert mine["difference"].astype(float).abs().max() <= 5
    assert set(mine["verdict"]) == {"within"}


def altered(name: str, old: str, new: str) -> Replication:
    text = (REPLICATIONS / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    return validate(Replication, parse_yaml(text.replace(old, new), name))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("anji", '"838950"', '"838951"'),
        ("beijing", '"43080"', '"43081"'),
        ("weihe", "[渭源 / Weiyuan, 麦积 / Maiji", "[麦积 / Maiji, 渭源 / Weiyuan"),
    ],
)
def test_a_figure_that_differs_is_called_different(
    name: str, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = altered(name, old, new)
    monkeypatch.setattr(module, "load_replication", lambda _: case)
    assert "different" in set(replicate(name).table["verdict"])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("unit: yuan\n    payment", "unit: yuans\n    payment", "unit"),
        ('published: "167790"', "published: 167790", "published"),
        ('area_mu: "4794"', 'area_mu: "4794", area_10k_mu: "1"', "area_10k_mu"),
        ('payment: {standard: "35", area_mu: "4794"}', "formula: []", "exactly one"),
        ("status: secondary", "status: certain", "status"),
    ],
)
def test_a_wrong_case_is_refused_at_its_place(old: str, new: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        altered("anji", old, new)
    assert any(says in finding.text("en") for finding in caught.value.findings)
    assert all(finding.where.startswith("anji:") for finding in caught.value.findings)


def test_an_unknown_case_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="wuning"):
        load_replication("nowhere")


def test_the_table_is_written_whole(found: Replicated, tmp_path: Path) -> None:
    (path,) = found.save(tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len(found.table)
    assert lines[0].startswith("case,item_zh,item_en,unit,ours,published,difference")
