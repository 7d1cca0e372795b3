"""Money as whole fen (1 yuan = 100 fen). Floats never become money."""

import re
from decimal import Decimal
from fractions import Fraction

FEN_PER_YUAN = 100
TENTHS_PER_MU = 10
LONGEST_NUMBER = 64
"""Characters of a number. No amount, area or share needs more; an endless one would only cost time."""

_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def exact_decimal(text: str, what: str) -> Decimal:
    """Read a plain decimal number from a string, digit by digit; refuse every other type and spelling.

    No exponent ('1e3'), no grouping ('1,000', '1_000'), no digits of other scripts: the same spellings as table cells.
    Multiply the result only as a `Fraction`: the default `Decimal` context rounds to 28 digits.

    Raises:
        TypeError: `text` is not a string (a float has already lost its exact value).
        ValueError: `text` is not a plain decimal number, or longer than `LONGEST_NUMBER`.
    """
    if not isinstance(text, str):
        raise TypeError(f"{what} must be a quoted decimal string, not {type(text).__name__} ({text!r})")
    number = text.strip()
    if len(number) > LONGEST_NUMBER:
        raise ValueError(
            f"{what} has {len(number)} characters, more than {LONGEST_NUMBER}: {number[:LONGEST_NUMBER]!r}…"
        )
    if not _DECIMAL.fullmatch(number):
        raise ValueError(f"{what} is not a plain decimal number (no exponent, no grouping): {number!r}")
    return Decimal(number)


def whole_parts(text: str, parts: int, what: str, finest: str) -> int:
    """Read a decimal string and count it in parts of one unit (100 fen of a yuan, 10 tenths of a mu), exactly.

    what, finest: how an error names the number and how many decimals it may have.

    Raises:
        TypeError, ValueError: as `exact_decimal`; also finer than one part.
    """
    count = Fraction(exact_decimal(text, what)) * parts
    if count.denominator != 1:
        raise ValueError(f"{what} has at most {finest}: {text!r}")
    return count.numerator


def yuan_to_fen(text: str) -> int:
    """Turn a decimal string of yuan into fen: '12.34' -> 1234.

    Also turns a standard in yuan per mu into fen per mu.

    Raises:
        TypeError: `text` is not a string.
        ValueError: not a plain decimal number, or finer than one fen.
    """
    return whole_parts(text, FEN_PER_YUAN, "an amount of yuan", "two decimals")


def fen_to_yuan(fen: int) -> str:
    """Write fen as yuan with two decimals: 1234 -> '12.34'."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(int(fen)), FEN_PER_YUAN)
    return f"{sign}{yuan}.{rest:02d}"


def entitlement(standard_fen_per_mu: int, area_tenth_mu: int) -> int:
    """Entitlement in fen = standard (fen per mu) x area (0.1 mu) / 10, rounded down to the fen."""
    return int(standard_fen_per_mu) * int(area_tenth_mu) // TENTHS_PER_MU


def share(text: str) -> Fraction:
    """Read an exact share from a decimal string or a ratio: '0.8', '4/5'.

    Raises:
        TypeError: `text` is not a string.
        ValueError: neither a plain decimal number nor a ratio of whole numbers.
    """
    if not isinstance(text, str):
        raise TypeError(f"a share must be a quoted decimal string, not {type(text).__name__} ({text!r})")
    over, ratio, under = text.strip().partition("/")
    try:
        if not ratio:
            return Fraction(exact_decimal(over, "a share"))
        if not (over.isascii() and under.isascii() and over.lstrip("+-").isdecimal() and under.isdecimal()):
            raise ValueError
        return Fraction(int(over), int(under))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"a share is a decimal or a ratio of whole numbers: {text[:LONGEST_NUMBER]!r}") from None
