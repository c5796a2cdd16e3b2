"""Times as people type them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from vigie.catalogue import shown
from vigie.errors import UsageError

# What lies outside is a slip of the keyboard; near the ends of the calendar sums overflow, too.
FIRST_YEAR, LAST_YEAR = 2000, 2199
# No clock was ever set further: Baker Island and Kiritimati.
WEST, EAST = timedelta(hours=-12), timedelta(hours=14)
NO_OFFSET = "has an offset that no clock has (write one between -12:00 and +14:00)"


def read_instant(text: str, zone: ZoneInfo | None = None) -> datetime:
    """Return *text* as an aware UTC instant; without an offset it is local time of *zone*.

    Raises UsageError for what is no time, lies outside 2000 to 2199, has no offset and no *zone*,
    or exists twice or never there (the hours of the clock changes). The text says what to write,
    not where.
    """
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{shown(text)} is not a time (write 2026-05-12T03:00:00+02:00)") from None
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise UsageError(_far(shown(text)))
    if instant.tzinfo is None:
        instant = local_instant(instant, zone, text.strip())
    if not is_offset(instant):
        raise UsageError(f"{shown(text)} {NO_OFFSET}")
    return instant.astimezone(UTC)


def is_offset(instant: datetime) -> bool:
    """Whether clocks anywhere are that far from UTC."""
    return WEST <= (instant.utcoffset() or timedelta()) <= EAST


def later(instant: datetime, length: timedelta) -> datetime:
    """Return what is *length* after *instant*; raises UsageError for what lies after 2199."""
    if length >= datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC) - instant:
        raise UsageError(_far(f"{length.days} days after {instant:%Y-%m-%d}"))
    return instant + length


def _far(what: str) -> str:
    years = f"{FIRST_YEAR} to {LAST_YEAR}"
    return f"{what} is not in the years {years} (write 2026-05-12T03:00:00+02:00)"


def local_instant(naive: datetime, zone: ZoneInfo | None, written: str | None = None) -> datetime:
    """Return the one instant at which the clocks of *zone* show *naive*; else UsageError.

    *written* is what somebody wrote for it.
    """
    whole = naive.isoformat()
    text = written or whole
    if zone is None:
        raise UsageError(f"{shown(text)} has no offset from UTC (write {whole}+02:00 or {whole}Z)")
    first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == naive:
        raise UsageError(
            f"{shown(text)} exists twice in {zone.key} (write {first.isoformat()}"
            f" or {second.isoformat()})"
        )
    raise UsageError(f"{shown(text)} does not exist in {zone.key} (write a time with an offset)")
