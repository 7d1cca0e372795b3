"""A model that presolve refuses has no answer only where a whole run without presolve finds none."""

import highspy
import pytest
from benchmarks.synthetic import nation

from silvafisc.allocation.engine import Engine
from silvafisc.allocation.solve import Session

STATUS = highspy.HighsModelStatus


@pytest.mark.parametrize(
    ("second", "status"), [(STATUS.kTimeLimit, "no_solution"), (STATUS.kInfeasible, "infeasible"), (None, "optimal")]
)
def test_a_refused_model_is_what_the_run_without_presolve_says(
    second: STATUS | None, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """second: planted for the run without presolve; a real run where None."""
    engine = Engine(nation(6))
    unit, real = engine.units[0], Session._ran
    presolve: list[object] = []

    def ran(session: Session) -> STATUS:
        presolve.append(session._highs.getOptionValue("presolve")[1])
        if len(presolve) == 1:
            return STATUS.kInfeasible
        return real(session) if second is None else second

    monkeypatch.setattr(Session, "_ran", ran)
    session = Session(unit.block)
    objective = engine.vector(engine.objectives["carbon"][0])[unit.block.columns]
    assert session.maximise(objective).status == status
    assert presolve == ["choose", "off"]
    assert session._highs.getOptionValue("presolve")[1] == "choose"
