"""The frontier as it is asked for: methods, refusals, the journal, and the table."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.allocation.tiny import MODES, Tiny
from tests.runs.tiny_prepared import opposed, prepared_of

from silvafisc.datasets.findings import InputError
from silvafisc.runs.frontier import Frontier, frontier

Ask = Callable[..., Frontier]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """`frontier` on a tiny problem instead of a scenario file."""

    def asked(found: Tiny, **options: Any) -> Frontier:
        module = sys.modules["silvafisc.runs.frontier"]
        monkeypatch.setattr(module, "prepare", lambda *_: prepared_of(found))
        monkeypatch.setattr(module, "floors_within_envelopes", lambda _: None)
        return frontier("tiny", **options)

    return asked


def efficient(found: Tiny) -> list[tuple[float, ...]]:
    """By enumeration."""
    terms = ("carbon", "development")
    reached = {tuple(float(c.gain(t)) for t in terms) for c in found.choices() if found.affordable(c)}
    return sorted(v for v in reached if not any(w != v and w[0] >= v[0] and w[1] >= v[1] for w in reached))


def points(answer: Frontier) -> list[tuple[float, ...]]:
    wide = answer.table.pivot(index="point", columns="objective", values="value")
    return [tuple(row) for row in wide[list(answer.terms)].to_numpy().tolist()]


@pytest.mark.parametrize("mode", MODES)
def test_methods_agree_with_enumeration(ask: Ask, mode: str) -> None:
    found = opposed(mode, units=2, categories=("public_welfare_collective", "public_welfare_state"))
    every = efficient(found)
    exact = ask(found, method="exact")
    assert points(exact) == every
    assert list(exact.table["kind"]).count("chosen") == 2
    for method in ("even", "extreme"):
        some = ask(found, method=method, points=4)
        assert set(points(some)) <= set(every)
        assert {points(some)[0], points(some)[-1]} == {every[0], every[-1]}
        assert some.hypervolume <= exact.hypervolume


def test_an_interrupted_sweep_goes_on_to_the_same_bytes(ask: Ask, tmp_path: Path) -> None:
    found = opposed("case", units=2)
    straight = ask(found, method="even").table.to_csv()
    journal = tmp_path / "f.journal"
    for stop in (2, 4):

        def progress(text: str, stop: int = stop) -> None:
            if text == f"frontier {stop}":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            ask(found, method="even", resume=journal, progress=progress)
        assert len(journal.read_text(encoding="utf-8").splitlines()) == stop
    with journal.open("a", encoding="utf-8") as file:
        file.write('{"key": "augmented/0/,9", "ans')
    assert ask(found, method="even", resume=journal).table.to_csv() == straight
    assert not journal.exists()


def test_a_journal_of_another_problem_is_refused_by_name(ask: Ask, tmp_path: Path) -> None:
    def stop(text: str) -> None:
        if text == "frontier 3":
            raise KeyboardInterrupt

    journal = tmp_path / "f.journal"
    with pytest.raises(KeyboardInterrupt):
        ask(opposed("case", units=2), method="even", resume=journal, progress=stop)
    kept = journal.read_bytes()
    with pytest.raises(InputError, match=r"f\.journal: content: the journal belongs to another problem"):
        ask(opposed("case", units=2, budget="0.6"), method="even", resume=journal)
    with pytest.raises(InputError, match=r"f\.journal: points: .*: 9 there, 5 here"):
        ask(opposed("case", units=2), method="even", points=5, resume=journal)
    assert journal.read_bytes() == kept
    journal.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="is no journal"):
        ask(opposed("case", units=2), method="even", resume=journal)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"objectives": ["carbon", "charm"]}, "no objective 'charm'; there are adequacy, carbon"),
        ({"objectives": ["carbon"]}, "needs two objectives"),
        ({"objectives": ["carbon", "carbon"]}, "needs two objectives"),
        ({"objectives": ["adequacy", "carbon", "development"]}, "use the method even or exact for three"),
        ({"objectives": ["adequacy", "carbon"], "method": "exact"}, "objectives.adequacy: is no sum of whole numbers"),
        ({"objectives": ["carbon", "stability"], "method": "even"}, "objectives.stability: there is no table of last"),
    ],
)
def test_what_cannot_be_drawn_is_refused_at_its_line(ask: Ask, options: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError) as caught:
        ask(opposed("case", units=2), **options)
    (finding,) = caught.value.findings
    assert finding.where == ("tiny.yaml:5:1" if says.startswith("objectives.") else "--objectives")
    assert says in finding.text("en")


def test_a_third_objective_that_the_scenario_does_not_name(ask: Ask) -> None:
    found = opposed("case", units=2)
    answer = ask(found, objectives=["adequacy", "carbon", "development"], method="even", points=3)
    assert set(answer.table["objective"]) == {"adequacy", "carbon", "development"}
    two = {point[1:] for point in points(answer)}
    assert set(efficient(found)) & two, "the ends of carbon and development are in it"
    assert 0 < answer.hypervolume <= 1
