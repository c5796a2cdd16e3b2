"""Times as people type them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from vigie.catalogue import shown
from vigie.errors import UsageError


def read_instant(text: str, zone: ZoneInfo | None = None) -> datetime:
    """Return *text* as an aware UTC instant; without an offset it is local time of *zone*.

    Raises UsageError for what is no time, has no offset and no *zone*, or exists twice or never
    there (the hours of the clock changes). The text says what to write, not where.
    """
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{shown(text)} is not a time (write 2026-05-12T03:00:00+02:00)") from None
    if instant.tzinfo is None:
        instant = local_instant(instant, zone)
    return instant.astimezone(UTC)


def local_instant(naive: datetime, zone: ZoneInfo | None) -> datetime:
    """Return the one instant at which the clocks of *zone* show *naive*; else UsageError."""
    text = naive.isoformat()
    if zone is None:
        raise UsageError(f"{shown(text)} has no offset from UTC (write {text}+02:00 or {text}Z)")
    first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive:
        raise UsageError(
            f"{shown(text)} exists twice in {zone.key} (write {first.isoformat()}"
            f" or {second.isoformat()})"
        )
    raise UsageError(f"{shown(text)} does not exist in {zone.key} (write a time with an offset)")
