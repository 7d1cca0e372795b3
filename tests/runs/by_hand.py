"""Redo every amount of a saved outcome with the published files, a pencil and nothing of this program.

Read: standards.csv, weights.csv, grades.csv and commitments.csv (what is published), regions.csv (each unit's printed
indices and score), inputs/*.csv (what is known of each unit). Only `csv` and `fractions`; no silvafisc import.
"""

import csv
from collections import Counter
from fractions import Fraction
from pathlib import Path

PAYERS = ("central", "provincial", "city", "county")
Row = tuple[str, ...]
"""region_code, fund, period, nature, measure, category, one amount per payer, due_later: as text."""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fen(yuan: str) -> int:
    """Yuan with two decimals as whole fen."""
    exact = Fraction(yuan) * 100
    assert exact.denominator == 1
    return exact.numerator


def largest_remainder(total: int, weights: dict[str, Fraction]) -> dict[str, int]:
    """Shares rounded down; what is left goes, one fen each, to the largest remainders; ties in the order given."""
    whole = sum(weights.values())
    exact = {key: total * weight / whole for key, weight in weights.items()}
    parts = {key: part.numerator // part.denominator for key, part in exact.items()}
    order = sorted(exact, key=lambda key: parts[key] - exact[key])
    for key in order[: total - sum(parts.values())]:
        parts[key] += 1
    return parts


def split(total: int, payer_shares: str, tier: str) -> dict[str, int]:
    """'1=central:0.5+provincial:0.5;2=…' at a unit's tier."""
    for part in payer_shares.split(";"):
        name, _, shares = part.partition("=")
        if name == tier:
            pairs = (share.split(":") for share in shares.split("+"))
            return largest_remainder(total, {payer: Fraction(text) for payer, text in pairs})
    raise AssertionError(f"no shares for tier {tier}")


class ByHand:
    """The amounts of one outcome folder."""

    def __init__(self, folder: Path) -> None:
        self.standards, self.weights = rows(folder / "standards.csv"), rows(folder / "weights.csv")
        self.commitments = rows(folder / "commitments.csv")
        self.areas, self.tasks = rows(folder / "inputs" / "areas.csv"), rows(folder / "inputs" / "tasks.csv")
        self.factors = rows(folder / "inputs" / "factors.csv")
        self.tier = {row["region_code"]: row["payer_tier"] for row in rows(folder / "inputs" / "regions.csv")}
        self.grade = {row["region_code"]: self._grade(row, folder) for row in rows(folder / "regions.csv")}
        self.periods = sorted({row["period"] for row in self.standards})
        self.found: Counter[Row] = Counter()

    @staticmethod
    def _grade(unit: dict[str, str], folder: Path) -> str:
        """Score = α·importance + (1 − α)·need at six decimals; the highest grade whose cut-off it reaches."""
        cuts = rows(folder / "grades.csv")
        if not cuts:
            return ""
        alpha, score = Fraction(cuts[0]["alpha"]), Fraction(unit["score"])
        exact = alpha * Fraction(unit["importance"]) + (1 - alpha) * Fraction(unit["need"])
        assert abs(exact - score) <= Fraction(1, 2_000_000)
        return max((row["grade"] for row in cuts if Fraction(row["cut_off"]) <= score), key=int)

    def add(
        self, region: str, fund: str, period: str, nature: str, subject: Row, paid: dict[str, int], later: int = 0
    ) -> None:
        """One row of allocation.csv; rows without any money are left out there if they carry no area either."""
        amounts = tuple(str(paid.get(payer, 0)) for payer in PAYERS)
        self.found[(region, fund, period, nature, *subject, *amounts, str(later))] += 1

    def recurring(self) -> None:
        """Floor x area to whole fen, and what the published standard adds to it."""
        for row in self.areas:
            code, category, tenths = row["region_code"], row["category"], int(row["area_tenth_mu"])
            published = [s for s in self.standards if s["category"] == category]
            for s in (s for s in published if tenths and s["grade"] in ("", self.grade[code])):
                floor = fen(s["floor_yuan_per_mu"]) * tenths // 10
                whole = fen(s["standard_yuan_per_mu"]) * tenths // 10
                subject, tier = (s["measure"], category), self.tier[code]
                self.add(code, s["fund"], s["period"], "rigid", subject, split(floor, s["payer_shares"], tier))
                if whole > floor:
                    paid = split(whole - floor, s["payer_shares"], tier)
                    self.add(code, s["fund"], s["period"], "top_up", subject, paid)

    def assigned(self) -> None:
        """Need x published share, at most the capacity, x unit standard, in its instalments."""
        for s in (s for s in self.standards if s["quantity_rule"].startswith("need:")):
            part = Fraction(s["quantity_rule"].removeprefix("need:"))
            plan = [item.split("=") for item in (s["instalments"] or "0=1").split(";")]
            for row in (row for row in self.tasks if row["measure"] == s["measure"]):
                tenths = min(int(int(row["need_tenth_mu"]) * part), int(row["capacity_tenth_mu"]))
                total = fen(s["standard_yuan_per_mu"]) * tenths // 10
                parts = largest_remainder(total, {years: Fraction(text) for years, text in plan})
                first = parts.get("0", 0)
                code, subject = row["region_code"], (s["measure"], "")
                for years, amount in parts.items():
                    due = str(int(s["period"]) + int(years))
                    paid = split(amount, s["payer_shares"], self.tier[code])
                    if years == "0":
                        if tenths:
                            self.add(code, s["fund"], due, "task", subject, paid, total - first)
                    elif amount and due in self.periods:
                        self.add(code, s["fund"], due, "committed", subject, paid)
                if tenths and "0" not in parts:
                    self.add(code, s["fund"], s["period"], "task", subject, {}, total)

    def shared(self) -> None:
        """Each factor's part of the pot over the units by their value of the factor, then summed unit by unit."""
        sums: Counter[tuple[str, str, str, str]] = Counter()
        pots = {(w["fund"], w["period"]) for w in self.weights}
        for fund, period in pots:
            mine = [w for w in self.weights if (w["fund"], w["period"]) == (fund, period)]
            pot = sum(int(w["pot_fen"]) for w in mine)
            parts = largest_remainder(pot, {w["factor"]: Fraction(w["weight"]) for w in mine})
            for w in sorted(mine, key=lambda w: w["factor"]):
                assert parts[w["factor"]] == int(w["pot_fen"])
                values = {f["region_code"]: Fraction(f["value"]) for f in self.factors if f["factor"] == w["factor"]}
                for code, amount in largest_remainder(parts[w["factor"]], dict(sorted(values.items()))).items():
                    sums[code, fund, period, w["payer"]] += amount
        for (code, fund, period, payer), amount in sums.items():
            if amount:
                self.add(code, fund, period, "factor", ("factor_pot", ""), {payer: amount})

    def committed(self) -> None:
        """Instalments due from before the first period."""
        for row in self.commitments:
            paid = {row["payer"]: int(row["amount_fen"])}
            self.add(row["region_code"], row["fund"], row["period"], "committed", (row["measure"], ""), paid)


def redone(folder: Path) -> Counter[Row]:
    """Every row with money or area that the published files give."""
    sheet = ByHand(folder)
    sheet.recurring()
    sheet.assigned()
    sheet.shared()
    sheet.committed()
    return sheet.found


def printed(folder: Path) -> Counter[Row]:
    """Every row of allocation.csv; payments checked to be the sum of their payers."""
    found: Counter[Row] = Counter()
    for row in rows(folder / "allocation.csv"):
        amounts = [row[f"{payer}_fen"] for payer in PAYERS]
        assert int(row["payment_fen"]) == sum(map(int, amounts))
        key = ("region_code", "fund", "period", "nature", "measure", "category")
        found[(*(row[name] for name in key), *amounts, row["due_later_fen"])] += 1
    return found
