"""A whole year of two counties by hand, in fen: every expected number here is worked out in the comments."""

from dataclasses import replace

from silvafisc.allocation.year.book import Book, Entry, Step, total
from silvafisc.allocation.year.closing import available, carry, final_account, settlement
from silvafisc.allocation.year.ledger import Batch, advance, annual_of, changed, last_entry, notice, printed, received

A, B = ("510001", "forestry"), ("510002", "forestry")
UNIT = 100
"""Notice unit of the example: 1 yuan."""


class Chain:
    """A book that is written step by step, as a roll does."""

    def __init__(self) -> None:
        self.book, self.steps, self._batch = Book(), list[Step](), Batch("", "", "", "")

    def _put(self, batch: Batch, entries: list[Entry]) -> None:
        lines = printed(batch, entries, UNIT)
        self.book = replace(
            self.book,
            year_ledger=(*self.book.year_ledger, *entries),
            notice_batch=(*self.book.notice_batch, *lines),
        )
        self._behind(batch.kind, batch.year, batch.name)

    def _behind(self, kind: str, year: str, name: str = "") -> None:
        self.steps.append(Step(kind, year, name, "", f"{kind}-{year}-{name}"))
        self.book = self.book.copied(self.steps[-1].content_hash)

    def advance(self, year: str, amounts: dict[tuple[str, str], int]) -> None:
        batch = Batch("advance", year, "0", "adv")
        self._put(batch, advance(batch, amounts))

    def notice(self, year: str, annual: dict[tuple[str, str], int]) -> None:
        batch = Batch("notice", year, "1", "doc")
        self._put(batch, notice(batch, self.book, self.steps, annual, plan="plan"))

    def change(self, kind: str, year: str, name: str, amounts: dict[tuple[str, str], int]) -> None:
        batch = Batch(kind, year, name, kind)
        self._put(batch, changed(batch, self.book, self.steps, amounts))

    def settle(self, year: str, settled: dict[tuple[str, str], int]) -> None:
        rows = settlement(self.book, self.steps, year, {key: (fen, "s") for key, fen in settled.items()})
        self.book = replace(self.book, year_settlement=(*self.book.year_settlement, *rows))
        self._behind("settlement", year)

    def exact(self, year: str, name: str) -> list[int]:
        return [row.exact_fen for row in self.book.notice_batch if (row.year, row.batch) == (year, name)]

    def shown(self, year: str, name: str) -> list[int]:
        return [row.printed_fen for row in self.book.notice_batch if (row.year, row.batch) == (year, name)]


def a_year() -> Chain:
    """70 % in advance, the notice, a supplement, a withdrawal, and a settlement below what was notified."""
    chain = Chain()
    chain.advance("2026", {A: 7_007, B: 3_500})
    chain.notice("2026", {A: 10_010, B: 5_000})
    chain.change("supplement", "2026", "2", {B: 1_550})
    chain.change("withdrawal", "2026", "3", {A: 1_000})
    chain.settle("2026", {A: 5_010, B: 6_550})
    return chain


def test_a_year_by_hand() -> None:
    chain = a_year()
    # Advance: 105.07 yuan print 105. Of these A has 105 · 70.07 / 105.07 = 70.02…, B 34.97…: floors 70 and 34, the last to B.
    assert chain.exact("2026", "0") == [7_007, 3_500]
    assert chain.shown("2026", "0") == [7_000, 3_500]
    # Notice: 10 010 − 7 007 = 3 003 and 5 000 − 3 500 = 1 500: 45.03 print 45, 30 and 15.
    assert chain.exact("2026", "1") == [3_003, 1_500]
    assert chain.shown("2026", "1") == [3_000, 1_500]
    # Supplement of B alone: 6 550 − 3 500 − 1 500 = 1 550, prints 15 yuan, 50 fen are rounding.
    assert (chain.exact("2026", "2"), chain.shown("2026", "2")) == ([1_550], [1_500])
    # Withdrawal of A alone: 9 010 − 7 007 − 3 003 = −1 000.
    assert (chain.exact("2026", "3"), chain.shown("2026", "3")) == ([-1_000], [-1_000])
    assert [annual_of(chain.book, chain.steps, "2026", key) for key in (A, B)] == [9_010, 6_550]
    # Received: A 7 000 + 3 000 − 1 000 = 9 000, B 3 500 + 1 500 + 1 500 = 6 500.
    assert [received(chain.book, "2026", key) for key in (A, B)] == [9_000, 6_500]
    # Settlement: A 5 010 − 9 010 + rounding (7 + 3) = −3 990, B 0 + 50 = 50: both end at what they are entitled to.
    assert [(row.rounding_fen, row.settlement_fen) for row in chain.book.year_settlement] == [(10, -3_990), (50, 50)]
    for row in chain.book.year_settlement:
        assert received(chain.book, "2026", (row.region_code, row.fund)) + row.settlement_fen == row.settled_fen


def test_a_negative_sum_is_lifted_and_taken_off_next_year() -> None:
    chain = a_year()
    chain.advance("2027", {A: 7_000, B: 3_500})
    chain.notice("2027", {A: 10_000, B: 5_000})
    # A: 10 000 − 7 000 − 3 990 = −990, lifted to 0. B: 5 000 − 3 500 + 50 = 1 550.
    assert chain.exact("2027", "1") == [0, 1_550]
    left = last_entry(chain.book, "2027", A, "offset_out")
    assert left is not None
    assert left.amount_fen == 990
    # Settled as notified: A 10 000 − 10 000 + 0 = 0; B's 50 fen of rounding come back.
    chain.settle("2027", {A: 10_000, B: 5_000})
    chain.notice("2028", {A: 8_000, B: 0})
    # A: 8 000 − 990 of 抵顶 = 7 010. B: 0 + 50.
    assert chain.exact("2028", "1") == [7_010, 50]
    # Over three years A was notified what it was entitled to: 5 010 + 10 000 + 8 000, less 10 fen of rounding still open.
    exact = sum(row.printed_fen for row in chain.book.notice_batch if row.region_code == A[0])
    open_fen = sum(row.rounding_fen for row in chain.book.notice_batch if (row.region_code, row.year) == (A[0], "2028"))
    assert exact + open_fen == 5_010 + 10_000 + 8_000


def test_a_supplement_uses_up_the_offset_before_it_notifies_more() -> None:
    chain = a_year()
    chain.advance("2027", {A: 7_000, B: 0})
    chain.notice("2027", {A: 10_000, B: 0})
    chain.change("supplement", "2027", "2", {A: 1_500})
    # −990 before, + 1 500: 510 are notified and nothing is left to take off.
    assert chain.exact("2027", "2") == [510]
    left = last_entry(chain.book, "2027", A, "offset_out")
    assert left is None


def test_a_withdrawal_leaves_an_offset_as_it_is() -> None:
    chain = a_year()
    chain.advance("2027", {A: 7_000, B: 0})
    chain.notice("2027", {A: 10_000, B: 0})
    chain.change("withdrawal", "2027", "2", {A: 400})
    assert chain.exact("2027", "2") == [-400]
    left = last_entry(chain.book, "2027", A, "offset_out")
    assert left is not None
    assert left.amount_fen == 990


def test_every_batch_states_the_year_from_its_beginning() -> None:
    chain = a_year()
    for line in chain.book.notice_batch:
        rows = [
            e
            for e in chain.book.year_ledger
            if (e.region_code, e.fund, e.year, e.batch) == (line.region_code, line.fund, line.year, line.batch)
        ]
        assert total(rows, "amount_fen") == line.exact_fen == line.printed_fen + line.rounding_fen
        assert all(e.origin for e in rows)


def test_money_is_spent_oldest_first_and_lapses_after_two_years() -> None:
    chain = a_year()
    # 2026: A has 9 000 and spends 4 000, B 6 500 and spends all; 300 of 2025 were at hand, which lapse where not spent.
    opening = {(*A, "2025"): 300}
    money = available(chain.book, "2026", opening)
    assert money == {A: {"2025": 300, "2026": 9_000}, B: {"2026": 6_500}}
    rows = carry(money, {A: (200, "d"), B: (6_500, "d")}, "2026", 2)
    assert [(r.origin_year, r.spent_fen, r.carried_out_fen, r.lapsed_fen) for r in rows] == [
        ("2025", 200, 0, 100),
        ("2026", 0, 9_000, 0),
        ("2026", 6_500, 0, 0),
    ]
    book = replace(chain.book, year_carry=rows)
    # 2027 without any notice: 9 000 of 2026 are in their second year; 8 500 are spent, 500 lapse.
    later = carry(available(book, "2027"), {A: (8_500, "d")}, "2027", 2)
    assert [(r.origin_year, r.spent_fen, r.carried_out_fen, r.lapsed_fen) for r in later] == [("2026", 8_500, 0, 500)]
    (account, _) = final_account(book, chain.steps, "2026")
    assert account.carried_in_fen + account.received_fen == 9_300
    assert account.spent_fen + account.carried_out_fen + account.lapsed_fen == 9_300
    assert (account.annual_fen, account.settled_fen, account.settlement_fen) == (9_010, 5_010, -3_990)
