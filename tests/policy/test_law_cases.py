"""Law cases: every `*.yaml` below this folder, each case a sentence that a lawyer can confirm."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from silvafisc.policy import ParameterTree, Rules
from silvafisc.quantities import entitlement, fen_to_yuan, mu_to_tenths, share, split_payers, yuan_to_fen

HERE = Path(__file__).parent
KINDS = {"values", "sums", "payments", "means", "totals", "instalments", "splits", "partition"}
TREE = ParameterTree.load()


def _cases() -> Iterator[Any]:
    for file in sorted(HERE.rglob("*.yaml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{file.stem}: {case['name']}")


@pytest.mark.parametrize("case", list(_cases()))
def test_law(case: Mapping[str, Any]) -> None:
    assert case["expected_from"].split()[0].rstrip(";") in {"law", "published", "recalled", "computed", "by"}
    kinds = set(case) - {"name", "expected_from"}
    assert kinds
    assert kinds <= KINDS, f"no such check: {kinds - KINDS}"
    for kind in sorted(kinds):
        checks = case[kind] if isinstance(case[kind], list) else [case[kind]]
        for check in checks:
            CHECKS[kind](check, TREE.on(check["date"]))


def values(check: Mapping[str, Any], rules: Rules) -> None:
    assert rules.text(check["parameter"]) == check["is"]


def sums(check: Mapping[str, Any], rules: Rules) -> None:
    assert sum(rules.fen(path) for path in check["parts"]) == rules.fen(check["is"])


def payments(check: Mapping[str, Any], rules: Rules) -> None:
    fen = entitlement(rules.fen(check["parameter"]), mu_to_tenths(check["area_mu"]))
    assert fen == check["is_fen"]
    exact = Decimal(fen) / 100 / 10_000
    if "printed_10k_yuan" in check:
        assert str(exact.quantize(Decimal("0.01"))) == check["printed_10k_yuan"]
    if "printed_parts_10k_yuan" in check:
        # Each printed part may be off by half of its last digit.
        parts = [Decimal(text) for text in check["printed_parts_10k_yuan"]]
        assert abs(sum(parts) - exact) <= Decimal("0.005") * len(parts)
    if "at_least" in check:
        assert fen >= rules.fen(check["at_least"])


def means(check: Mapping[str, Any], rules: Rules) -> None:
    assert sum(share(part) for part in check["shares"].values()) == 1
    mean = sum((rules.fraction(path) * share(part) for path, part in check["shares"].items()), Fraction(0))
    assert mean == rules.fraction(check["is"])


def totals(check: Mapping[str, Any], rules: Rules) -> None:
    total = rules.fen(check["once"]) + rules.fen(check["yearly"]) * rules.fraction(check["years"])
    assert total == rules.fen(check["is"])


def instalments(check: Mapping[str, Any], rules: Rules) -> None:
    total = entitlement(rules.fen(check["total"]), mu_to_tenths(check["area_mu"]))
    plan = [text.split(":") for text in rules.texts(check["plan"])]
    paid = split_payers(total, [(years, share(part)) for years, part in plan])
    assert {int(years): fen_to_yuan(fen) for years, fen in paid.items()} == check["is_yuan"]
    assert sum(yuan_to_fen(text) for text in check["is_yuan"].values()) == total


def splits(check: Mapping[str, Any], rules: Rules) -> None:
    pairs = [text.split(":") for text in rules.texts(f"{check['folder']}.tier_{check['tier']}")]
    assert split_payers(check["payment_fen"], [(payer, share(part)) for payer, part in pairs]) == check["is_fen"]


def partition(check: Mapping[str, Any], rules: Rules) -> None:
    codes = [code for path in rules.children(check["folder"]) for code in rules.texts(path)]
    assert len(codes) == len(set(codes)) == check["members"]


CHECKS = {kind: globals()[kind] for kind in KINDS}
