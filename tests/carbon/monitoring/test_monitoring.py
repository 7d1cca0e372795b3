"""Measured data: acceptance on samples, totals from plots, fused sources. Expected numbers by hand, published or by scipy."""

from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from silvafisc.carbon.monitoring.acceptance import CHECKS, acceptance_rows, places_needed, survival, verified_area
from silvafisc.carbon.monitoring.fusion import fused
from silvafisc.carbon.monitoring.sampling import Strata, best_plots, narrowed, total
from silvafisc.datasets.findings import InputError
from silvafisc.policy import ParameterTree, Rules
from silvafisc.results import RuleSpec
from silvafisc.runs.acceptance import gated
from silvafisc.runs.inputs import load_inputs


@pytest.fixture(scope="module")
def rules() -> Rules:
    """85 % must survive, 80 % be retained; one-sided confidence 90 %."""
    return ParameterTree.load().on("2026-01-01")


def test_limits_are_those_of_the_binomial_distribution(rules: Rules) -> None:
    # by definition: at the low limit 93 or more of 100 alive have probability 0.1, at the high one 93 or fewer
    found = survival(93, 100, "survival", rules)
    assert stats.binom.sf(92, 100, found.low) == pytest.approx(0.1)
    assert stats.binom.cdf(93, 100, found.high) == pytest.approx(0.1)
    assert (found.estimate, found.required, found.verdict) == (0.93, 0.85, "passed")


def test_all_alive_and_none_alive_have_the_closed_limits(rules: Rules) -> None:
    # by hand: low^n = 0.1 -> 0.1^(1/22) = 0.9006; (1 - high)^n = 0.1
    assert survival(22, 22, "survival", rules).low == pytest.approx(0.1 ** (1 / 22))
    none = survival(0, 22, "survival", rules)
    assert (none.low, none.high) == pytest.approx((0.0, 1 - 0.1 ** (1 / 22)))
    assert none.verdict == "failed"


@pytest.mark.parametrize(("alive", "verdict"), [(70, "failed"), (86, "undecided"), (95, "passed")])
def test_a_sample_may_decide_nothing(rules: Rules, alive: int, verdict: str) -> None:
    assert survival(alive, 100, "survival", rules).verdict == verdict


def test_lots_just_below_the_line_rarely_pass(rules: Rules) -> None:
    """What the confidence promises, over all samples of 60 from lots of which a share just below 85 % lives."""
    share = 0.85 - 1e-9
    passing = [n for n in range(61) if survival(n, 60, "survival", rules).verdict == "passed"]
    assert 0 < sum(float(stats.binom.pmf(n, 60, share)) for n in passing) <= 0.1


def test_places_needed_are_the_fewest_that_pass(rules: Rules) -> None:
    for text, wanted in (("0.95", None), ("0.90", 100), ("0.88", 266)):
        needed = places_needed(text, "survival", rules)
        assert needed is not None
        alive = [int(Fraction(text) * n) for n in range(1, needed + 1)]
        passed = [survival(k, n, "survival", rules).verdict == "passed" for n, k in enumerate(alive, start=1)]
        assert passed == [False] * (needed - 1) + [True]
        # of another program: the same search written apart
        assert wanted in (None, needed)
    assert places_needed("0.85", "survival", rules) is None


def test_verified_area_is_a_ratio_with_finite_population(rules: Rules) -> None:
    # by hand: found 190 of 200 mu, r = 0.95; residuals 0, 2.5, -2.5, 0 -> s2 = 12.5 / 3; n/N = 4/10; mean area 50
    found = verified_area([40, 50, 50, 60], [38, 50, 45, 57], 10, 500.0, 0.9, rules)
    error = np.sqrt(0.6 * (12.5 / 3) / 4) / 50
    assert found.estimate == pytest.approx(0.95)
    assert found.low == pytest.approx(0.95 - stats.t.ppf(0.9, 3) * error)
    assert found.verdict == "passed"
    # every parcel looked at: nothing is left to chance
    whole = verified_area([40, 50], [38, 50], 2, 90.0, 0.99, rules)
    assert whole.low == whole.high == whole.estimate == pytest.approx(88 / 90)
    assert whole.verdict == "failed"


def test_evidence_opens_or_closes_the_gate_of_an_instalment(rules: Rules) -> None:
    commitments = (("510000", "reform_development", "afforestation", "2026", 100),)
    gate = [RuleSpec("instalments", {"survival": "0.85", "retention": "0.80"})]
    for alive, paid in ((95, commitments), (86, ())):
        rows = acceptance_rows("510000", "afforestation", "2026", {"survival": survival(alive, 100, "survival", rules)})
        assert gated(commitments, rows, gate)[0] == paid
        assert float(rows["passed_share"].iloc[0]) <= alive / 100


def test_rows_of_evidence_are_read_as_the_input_table(rules: Rules, tmp_path: Path) -> None:
    found = {check: survival(95, 100, check, rules) for check in CHECKS}
    rows = acceptance_rows("510000", "afforestation", "2026", found)
    rows.assign(status="assumption", source="a sample").to_csv(tmp_path / "acceptance.csv", index=False)
    read = load_inputs(tmp_path, rules).acceptance
    assert read is not None
    shares = [dict(zip(table["check"], table["passed_share"], strict=True)) for table in (read, rows)]
    assert {check: float(value) for check, value in shares[0].items()} == pytest.approx(
        {check: float(value) for check, value in shares[1].items()}
    )


@pytest.mark.parametrize(("alive", "looked_at", "check"), [(5, 4, "survival"), (0, 0, "survival"), (1, 2, "x")])
def test_impossible_samples_are_refused(rules: Rules, alive: int, looked_at: int, check: str) -> None:
    with pytest.raises(InputError):
        survival(alive, looked_at, check, rules)


def test_impossible_parcels_are_refused(rules: Rules) -> None:
    for reported, found, parcels, whole in (
        ([1.0], [1.0], 5, 9.0),
        ([1.0, 2.0], [1.0], 5, 9.0),
        ([1.0, 2.0], [1.0, -1.0], 5, 9.0),
        ([1.0, 2.0], [1.0, 1.0], 5, 2.0),
        ([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], 2, 9.0),
    ):
        with pytest.raises(InputError):
            verified_area(reported, found, parcels, whole, 0.9, rules)


STRATA = Strata(np.array([100.0, 300.0]), np.array([2.0, 4.0]), np.array([1.0, 2.0]), np.array([5.0, 5.0]))


def test_a_total_of_strata_by_hand(rules: Rules) -> None:
    # 100 x 2 + 300 x 4 = 1400; var = 100^2 x 1 / 5 + 300^2 x 4 / 5 = 2000 + 72000
    found = total(STRATA, rules)
    assert (found.total, found.error) == pytest.approx((1400.0, 74_000**0.5))
    freedom = 74_000**2 / ((2000**2 + 72_000**2) / 4)
    assert found.half_width == pytest.approx(stats.t.ppf(0.95, freedom) * np.sqrt(74_000) / 1400)
    # one stratum is the plain mean of a sample
    alone = total(Strata(*(np.array([v]) for v in (100.0, 2.0, 1.0, 5.0))), rules)
    assert alone.half_width == pytest.approx(stats.t.ppf(0.95, 4) / np.sqrt(5) / 2)


def test_best_plots_are_as_neyman_says_and_none_are_better() -> None:
    # A_h s_h = 100 and 600: one to six
    assert best_plots(STRATA, 14).tolist() == [2, 12]
    three = Strata(*(np.array(v) for v in ([100.0, 300.0, 50.0], [1.0, 1.0, 1.0], [1.0, 2.0, 9.0], [2.0, 2.0, 2.0])))
    weight = (three.area * three.sd) ** 2
    least = min(float((weight / n).sum()) for n in map(np.array, product(range(2, 21), repeat=3)) if n.sum() == 20)
    assert float((weight / best_plots(three, 20)).sum()) == pytest.approx(least)


def test_more_money_narrows_and_the_next_less_so(rules: Rules) -> None:
    widths = [narrowed(STRATA, money, rules)[1].half_width for money in (0, 10_000, 20_000, 30_000)]
    steps = -np.diff(widths)
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()
    bought, _ = narrowed(STRATA, 10_999, rules)
    assert bought == 5, "a plot costs 2 000 yuan, and there are no parts of plots"


def test_strata_without_spread_are_certain_and_without_plots_refused(rules: Rules) -> None:
    flat = Strata(STRATA.area, STRATA.mean, np.zeros(2), STRATA.plots)
    assert total(flat, rules).half_width == 0
    with pytest.raises(InputError):
        Strata(STRATA.area, STRATA.mean, STRATA.sd, np.array([1.0, 5.0]))
    with pytest.raises(InputError):
        best_plots(STRATA, 3)


def test_agreeing_sources_are_weighed_by_precision(rules: Rules) -> None:
    # by hand: weights 4 : 1, x = (4 x 10 + 12) / 5 = 10.4, sd = sqrt(1 / (1/1 + 1/4))
    found = fused([10.0, 12.0], [1.0, 2.0], rules)
    assert (found.value, found.error) == pytest.approx((10.4, 0.8**0.5))
    assert found.weights == pytest.approx((0.8, 0.2))
    assert (found.inflated, found.agree > 0.05) == (1.0, True)


def test_contradicting_sources_are_not_made_certain(rules: Rules) -> None:
    # by hand: x = 13, Q = 9 + 9 = 18 with one degree of freedom
    found = fused([10.0, 16.0], [1.0, 1.0], rules)
    assert found.agree == pytest.approx(stats.chi2.sf(18, 1))
    assert found.inflated == pytest.approx(np.sqrt(18))
    assert found.error == pytest.approx(np.sqrt(18) / np.sqrt(2))


def test_a_source_alone_stays_as_it_is_and_one_without_error_is_refused(rules: Rules) -> None:
    alone = fused([3.0], [0.5], rules)
    assert (alone.value, alone.error, alone.inflated) == (3.0, 0.5, 1.0)
    for values, errors in (([], []), ([1.0], [0.0]), ([1.0, 2.0], [1.0]), ([float("nan")], [1.0])):
        with pytest.raises(InputError):
            fused(values, errors, rules)
