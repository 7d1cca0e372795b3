"""Numbers and names in both languages, as the explanation and the comparison print them."""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from silvafisc.policy import load_catalogue
from silvafisc.quantities import fen_to_yuan, tenths_to_mu


class Said(NamedTuple):
    """One text in both languages."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        """The text in `zh` or `en`."""
        return self.zh if language == "zh" else self.en


@cache
def _names() -> dict[str, dict[str, dict[str, str]]]:
    text = files("silvafisc.runs").joinpath("words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(text)
    return loaded


def name(kind: str, key: str) -> Said:
    """The name of a nature, payer, part, rule …; the id itself where it has none (an outcome may outlive its names)."""
    entry = _names()[kind].get(key)
    return Said(entry["zh"], entry["en"]) if entry else Said(key, key)


def subject(measure: str, category: str) -> Said:
    """The name of a category, or of a measure where the row has no category."""
    catalogue = load_catalogue()
    entry = catalogue.categories.get(category) if category else catalogue.measures.get(measure)
    return Said(entry.label.zh, entry.label.en) if entry else Said(category or measure, category or measure)


def fund_name(fund: str) -> Said:
    """The name of a fund."""
    entry = load_catalogue().funds.get(fund)
    return Said(entry.label.zh, entry.label.en) if entry else Said(fund, fund)


def factor_name(fund: str, factor: str) -> Said:
    """The name of a factor of a fund."""
    held = load_catalogue().funds.get(fund)
    entry = held.factors.get(factor) if held else None
    return Said(entry.label.zh, entry.label.en) if entry else Said(factor, factor)


def yuan(fen: int, signed: bool = False) -> str:
    """Fen as yuan, exact: 123456789 -> '1,234,567.89'."""
    whole, _, rest = fen_to_yuan(fen).lstrip("-").partition(".")
    sign = "−" if fen < 0 else ("+" if signed and fen > 0 else "")
    return f"{sign}{int(whole):,}.{rest}"


def mu(tenths: int) -> str:
    """Tenths of a mu as mu, exact: 12345 -> '1,234.5'."""
    whole, _, rest = tenths_to_mu(tenths).partition(".")
    return f"{int(whole):,}.{rest}"


def money(fen: int) -> Said:
    """An amount with its unit."""
    return Said(f"{yuan(fen)} 元", f"{yuan(fen)} yuan")


def rate(fen: int) -> Said:
    """A standard with its unit."""
    return Said(f"{yuan(fen)} 元/亩", f"{yuan(fen)} yuan/mu")


def area(tenths: int) -> Said:
    """An area with its unit."""
    return Said(f"{mu(tenths)} 亩", f"{mu(tenths)} mu")


def join(parts: list[Said], mark: str) -> Said:
    """Parts with a mark between them."""
    return Said(mark.join(part.zh for part in parts), mark.join(part.en for part in parts))
