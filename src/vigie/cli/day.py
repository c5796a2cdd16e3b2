"""Days as people type them."""

from datetime import date

from vigie.catalogue import shown
from vigie.errors import UsageError


def read_day(option: str, text: str) -> date:
    """Return the day that *option* names: 2026-05-17."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option}: {shown(text)} is not a day (write 2026-05-17)") from None
