"""Dated cash flows in exact fen, who pays whom, and what they sum to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from .dates import Day, year_fraction

KINDS: Mapping[str, tuple[str, str]] = {
    "compensation": ("生态保护补偿", "compensation"),
    "instalment": ("补助分期资金", "instalment of a subsidy"),
    "interest_subsidy": ("贷款贴息", "interest subsidy"),
    "carbon": ("碳汇收入", "carbon revenue"),
    "timber": ("木材收入", "timber"),
    "non_timber": ("林下及其他收入", "non-timber income"),
    "own": ("自有收入", "own income"),
    "cost": ("成本", "cost"),
    "shared": ("收益分成", "benefit sharing"),
    "loan_drawn": ("贷款发放", "loan drawn"),
    "interest": ("利息", "interest"),
    "principal": ("本金", "principal"),
    "guarantee_fee": ("担保费", "guarantee fee"),
    "premium": ("保险费", "insurance premium"),
    "indemnity": ("保险赔款", "indemnity"),
}
"""Kind -> its name in Chinese and English."""


@dataclass(frozen=True, order=True)
class Flow:
    """One payment: on a day, of a kind, from a payer to a payee; whole fen, more than nothing."""

    day: Day
    kind: str
    payer: str
    payee: str
    amount_fen: int

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of flow {self.kind!r}")
        if not isinstance(self.amount_fen, int) or self.amount_fen <= 0:
            raise ValueError(f"a flow is a positive whole number of fen, not {self.amount_fen!r}; turn payer and payee")
        if self.payer == self.payee:
            raise ValueError(f"{self.payer!r} cannot pay itself")


@dataclass(frozen=True)
class Balance:
    """What a party received and paid, fen."""

    received_fen: int
    paid_fen: int

    @property
    def net_fen(self) -> int:
        """Received − paid."""
        return self.received_fen - self.paid_fen


def balances(flows: Iterable[Flow]) -> dict[str, Balance]:
    """Party -> what it received and paid, ascending by name. Σ received = Σ paid, so the nets sum to nothing."""
    received: dict[str, int] = {}
    paid: dict[str, int] = {}
    for flow in flows:
        received[flow.payee] = received.get(flow.payee, 0) + flow.amount_fen
        paid[flow.payer] = paid.get(flow.payer, 0) + flow.amount_fen
    return {party: Balance(received.get(party, 0), paid.get(party, 0)) for party in sorted({*received, *paid})}


def by_year(flows: Iterable[Flow], party: str) -> dict[int, int]:
    """Calendar year -> what the party received less what it paid, fen; years without a flow are absent."""
    years: dict[int, int] = {}
    for flow in flows:
        sign = (flow.payee == party) - (flow.payer == party)
        if sign:
            years[flow.day.year] = years.get(flow.day.year, 0) + sign * flow.amount_fen
    return dict(sorted(years.items()))


def present_value(receipts: Mapping[Day, int], on: Day, rate: Fraction, until: Day | None = None) -> Fraction:
    """What receipts from `on` on (and not after `until`) are worth on that day, fen, exactly.

    Σ amount / ((1 + r)^n (1 + r f)): n whole years to the receipt and f of a year left over, by 30/360; compound over
    whole years and simple within one, so that the sum stays a fraction.
    """
    return sum(
        (
            amount * discount(on, day, rate)
            for day, amount in receipts.items()
            if on <= day and (until is None or day <= until)
        ),
        Fraction(0),
    )


def discount(on: Day, day: Day, rate: Fraction) -> Fraction:
    """The discount factor of `present_value`."""
    years = year_fraction(on, day, "30/360")
    whole = years.__floor__()
    return 1 / ((1 + rate) ** whole * (1 + rate * (years - whole)))
