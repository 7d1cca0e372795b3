"""Money as whole fen (1 yuan = 100 fen). Floats never become money."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction

FEN_PER_YUAN = 100
TENTHS_PER_MU = 10


def exact_decimal(text: str, what: str) -> Decimal:
    """Read a finite decimal number from a string; refuse every other type.

    Raises:
        TypeError: `text` is not a string (a float has already lost its exact value).
        ValueError: `text` is not a finite decimal number.
    """
    if not isinstance(text, str):
        raise TypeError(f"{what} must be a quoted decimal string, not {type(text).__name__} ({text!r})")
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"{what} is not a decimal number: {text!r}") from None
    if not value.is_finite():
        raise ValueError(f"{what} must be finite: {text!r}")
    return value


def yuan_to_fen(text: str) -> int:
    """Turn a decimal string of yuan into fen: '12.34' -> 1234.

    Also turns a standard in yuan per mu into fen per mu.

    Raises:
        TypeError: `text` is not a string.
        ValueError: not a number, or finer than one fen.
    """
    fen = exact_decimal(text, "an amount of yuan") * FEN_PER_YUAN
    if fen != fen.to_integral_value():
        raise ValueError(f"an amount of yuan has at most two decimals: {text!r}")
    return int(fen)


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
        ValueError: not a number.
    """
    if not isinstance(text, str):
        raise TypeError(f"a share must be a quoted decimal string, not {type(text).__name__} ({text!r})")
    try:
        return Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"a share is a decimal or a ratio of whole numbers: {text!r}") from None
