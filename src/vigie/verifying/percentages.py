"""Shares in per cent as reports print them: cut, or raised, and never rounded."""

from fractions import Fraction


def cut(part: Fraction, whole: Fraction) -> str | None:
    """Return the share cut to 4 decimals; 100 only when it is all; None of nothing."""
    if whole <= 0:
        return None
    if part == whole:
        return "100"
    return _digits(part * 1_000_000 // whole, 4)


def raised(part: Fraction, whole: Fraction) -> str | None:
    """Return the share raised to 2 decimals; None of nothing."""
    return None if whole <= 0 else _digits(-(-part * 10_000 // whole), 2)


def _digits(number: int, places: int) -> str:
    whole, rest = divmod(number, 10**places)
    return f"{whole}.{rest:0{places}d}"
