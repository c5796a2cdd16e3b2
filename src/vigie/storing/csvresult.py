"""One row of a CSV of results, checked and turned into a row for staging."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from vigie.catalogue import advice, shown
from vigie.probing import Outcome, Reason
from vigie.storing.csvfile import BadRowError
from vigie.storing.instant import NO_OFFSET, is_offset
from vigie.storing.results import Row

HEADER = ("endpoint", "location", "at", "outcome", "duration_ms", "status", "reason")
COLUMNS = (
    "endpoint_id",
    "location_id",
    "at",
    "outcome",
    "attempts",
    "duration_us",
    "status",
    "reason",
)

OLDEST = datetime(2000, 1, 1, tzinfo=UTC)  # older is a mistake, and would make many partitions
LONGEST_MS = 3_600_000.0
HIGHEST_STATUS = 32_767

Told = tuple[str, int, int | None, str | None]  # outcome, attempts, status, reason


class ResultParser:
    """Turns the cells of a row into a row of fact.result; what repeats is checked once."""

    def __init__(
        self,
        endpoints: Mapping[str, int],
        locations: Mapping[str, int],
        now: datetime,
        final: date | None = None,
    ) -> None:
        self._endpoints = endpoints
        self._locations = locations
        self._now = now
        self._final = final
        self._oldest = OLDEST
        if final:  # the day after it is the first that takes results
            self._oldest = datetime.combine(final, time(), UTC) + timedelta(days=1)
        self._told: dict[tuple[str, str, str], Told] = {}

    def __call__(self, cells: list[str]) -> Row:
        """Return *cells* in the order of COLUMNS; raises BadRowError."""
        try:
            endpoint, location, at, outcome, duration, status, reason = cells
        except ValueError:
            raise BadRowError(
                f"has {len(cells)} columns (write {len(HEADER)}: {','.join(HEADER)})"
            ) from None
        endpoint_id = self._endpoints.get(endpoint)
        if endpoint_id is None:
            raise _unknown("endpoint", endpoint, self._endpoints)
        location_id = self._locations.get(location)
        if location_id is None:
            raise _unknown("location", location, self._locations)
        key = (outcome, status, reason)
        outcome, attempts, code, why = self._told.get(key) or self._tell(key)
        when = self._at(at)
        return (endpoint_id, location_id, when, outcome, attempts, _us(duration), code, why)

    def _at(self, text: str) -> datetime:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise BadRowError(
                f"at: {shown(text)} is not a time (write 2026-05-01T00:00:00Z)"
            ) from None
        if at.tzinfo is None:
            raise BadRowError(
                f"at: {shown(text)} has no offset from UTC (write {at.isoformat()}Z or"
                f" {at.isoformat()}+02:00)"
            )
        if at.tzinfo is not UTC:
            if not is_offset(at):
                raise BadRowError(f"at: {shown(text)} {NO_OFFSET}")
            at = _utc(at)
        if not self._oldest <= at <= self._now:
            raise BadRowError(_out_of_time(text, at, self._final))
        return at

    def _tell(self, key: tuple[str, str, str]) -> Told:
        told = self._told[key] = _told(*key)
        return told


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:  # at either end of the calendar: out of time whatever its offset
        return at.replace(tzinfo=UTC)


def _unknown(column: str, key: str, known: Mapping[str, int]) -> BadRowError:
    return BadRowError(f"{column}: {shown(key)} is not in the database ({advice(key, known)})")


def _out_of_time(text: str, at: datetime, final: date | None) -> str:
    if at < OLDEST:
        return f"at: {shown(text)} is before {OLDEST.year} (write when the probe ran)"
    if final and at.date() <= final:
        first = final + timedelta(days=1)
        return (
            f"at: {at.date()} is before {first}, the oldest day that still takes results"
            " (record a correction)"
        )
    return f"at: {shown(text)} lies in the future (write when the probe ran)"


def _told(outcome: str, status: str, reason: str) -> Told:
    _one_of("outcome", outcome, "an outcome", Outcome)
    if reason:
        _one_of("reason", reason, "a known reason", Reason)
    if reason and outcome == Outcome.UP:
        raise BadRowError(f"reason: {shown(reason)} beside the outcome up (leave it empty)")
    attempts = 0 if reason == Reason.MISSED else 1
    return (outcome, attempts, _status(status), reason or None)


def _one_of(column: str, word: str, what: str, words: type[Outcome | Reason]) -> None:
    if word not in set(words):
        choice = advice(word, words, most=len(words))
        raise BadRowError(f"{column}: {shown(word)} is not {what} ({choice})")


def _status(text: str) -> int | None:
    if not text:
        return None
    if not (text.isdecimal() and text.isascii() and int(text) <= HIGHEST_STATUS):
        raise BadRowError(f"status: {shown(text)} is not a status (write 200, or nothing)")
    return int(text)


def _us(text: str) -> int | None:
    """Return whole microseconds; nothing where nothing was measured."""
    if not text:
        return None
    try:
        duration = float(text)
    except ValueError:
        duration = -1
    if not 0 <= duration <= LONGEST_MS:  # false for nan, too
        raise BadRowError(
            f"duration_ms: {shown(text)} is not a duration of at most an hour"
            " (write milliseconds: 123.4, or nothing)"
        )
    return round(duration * 1000)
