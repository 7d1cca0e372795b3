"""Funds, measures and categories: found by folder, and everything that they name exists."""

import shutil
from pathlib import Path

import pytest

import silvafisc.policy.catalogue as catalogue_module
from silvafisc.datasets.findings import InputError
from silvafisc.policy import ParameterTree, UnknownParameter, load_catalogue
from silvafisc.policy.catalogue import parameter_paths
from silvafisc.quantities import UNITS

SHIPPED = Path(catalogue_module.__file__).parent


def _copy(folder: Path) -> Path:
    for part in ("funds", "measures", "categories"):
        shutil.copytree(SHIPPED / part, folder / part)
    return folder


def test_every_parameter_named_by_the_catalogue_exists_and_holds_in_2026() -> None:
    tree = ParameterTree.load()
    rules = tree.on("2026-01-01")
    paths = parameter_paths(load_catalogue(), tree)
    assert "compensation.public_welfare_forest.collective" in paths
    assert [path for path in sorted(paths) if not rules.holds(path)] == []
    assert [path for path in sorted(paths) if tree.parameter(path).not_modelled] == []


def test_standards_of_measures_and_categories_carry_the_unit_of_the_measure() -> None:
    catalogue, tree = load_catalogue(), ParameterTree.load()
    for measure in catalogue.measures.values():
        assert measure.unit in UNITS
        assert measure.floor is None or tree.parameter(measure.floor).unit == measure.unit
        assert measure.yield_ in catalogue.measures
    for category in catalogue.categories.values():
        measure = catalogue.measures[category.measure]
        assert measure.kind == "recurring"
        assert tree.parameter(category.floor).unit == measure.unit
        assert "top_up" in catalogue.funds[category.fund].natures


def test_a_measure_and_its_fund_use_one_channel() -> None:
    catalogue = load_catalogue()
    tasks = [catalogue.measures[name] for name in catalogue.tasks]
    assert [m.channel for m in tasks] == [catalogue.funds[str(m.fund)].channel for m in tasks]


def test_template_weights_of_a_fund_sum_to_one() -> None:
    rules = ParameterTree.load().on("2026-01-01")
    for fund in load_catalogue().funds.values():
        assert sum(rules.fraction(factor.weight) for factor in fund.factors.values()) == (1 if fund.factors else 0)


def test_a_new_category_is_one_file(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    text = (folder / "categories" / "public_welfare_state.yaml").read_text(encoding="utf-8")
    (folder / "categories" / "another.yaml").write_text(text, encoding="utf-8")
    assert set(load_catalogue(folder).categories) == {"another", *load_catalogue().categories}


def test_wrong_names_are_found_with_the_nearest(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    file = folder / "categories" / "public_welfare_state.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("measure: compensation", "measure: compensatoin\ntenur: state"), encoding="utf-8")
    with pytest.raises(InputError, match=r"public_welfare_state.yaml:3:1: tenur: unknown key; did you mean 'tenure'"):
        load_catalogue(folder)
    file.write_text(text.replace("measure: compensation", "measure: compensatoin"), encoding="utf-8")
    with pytest.raises(InputError, match="unknown name 'compensatoin'; did you mean 'compensation'"):
        load_catalogue.__wrapped__(folder)


def test_a_missing_parameter_is_found(tmp_path: Path) -> None:
    folder = _copy(tmp_path)
    file = folder / "categories" / "public_welfare_state.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("forest.state", "forest.stat"), encoding="utf-8")
    with pytest.raises(UnknownParameter, match=r"did you mean 'compensation.public_welfare_forest.state'"):
        parameter_paths(load_catalogue(folder), ParameterTree.load())
