"""Facts of a message as its templates print them: clean, local, and none of them missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from unicodedata import category
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from vigie.legible import legible

LONGEST = 500  # characters of a line; a cause may quote a whole page
NAMES = 20  # of services or customers; the command line has them all
IN_SUBJECT = 60  # characters
SPACE = "\u00a0"  # no-break
OVER = {"resolved", "reporting", "dissolved", "reviewed"}

_REGIONS = {"en": "en_GB"}  # the day before the month


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that the recipient fetches."""

    name: str
    url: str  # of http or https
    size: str  # `8,212,345`: bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What templates may print. Instants are local and UTC; None or an empty tuple: not known."""

    key: str  # of the crisis, else of the incident, else of the report, else "Vigie"
    crisis: str | None
    incident: str | None
    services: tuple[str, ...]
    affected: str | None  # the services in prose
    affected_short: str | None  # for a subject
    started: str | None
    opened: str | None
    ended: str | None
    due: str | None  # the next update, what had to be done, or a relapse
    lasted: str | None  # from the start to the end, else to now: `1 h 5 min`
    trigger: str | None  # outage, anomaly, hand
    state: str | None
    late: bool  # it was over when it was found
    over: bool  # it was over, or good for the moment, when this was queued
    name: str | None  # the recipient's
    text: tuple[str, ...]  # the lines that a person wrote, as they were written
    workaround: tuple[str, ...]  # its lines, while it still fails
    provider: str | None
    period: str | None  # that a report is about: 2026-05
    contract: str | None
    replaces: str | None  # the key of the report that it corrects
    reason: str | None  # of the correction
    attached: bool  # its file goes along
    linked: tuple[File, ...]  # else these are fetched
    linked_until: str | None
    # For the team only:
    customers: tuple[str, ...]
    hit: str | None  # the customers, with their number
    cause: str | None
    missing: tuple[str, ...]
    by: str | None
    level: str | None
    round: str | None
    ack_url: str | None  # of http or https
    dead: str | None  # the number of the message that did not arrive
    into: str | None  # the crisis that this one became part of


def told(facts: Mapping[str, object], *, language: str, now: datetime) -> Told:
    """Return *facts* in *language* at *now*. What is missing or senseless is not known."""
    locale, zone = _locale(language), _zone(facts.get("timezone"))
    started, ended = _instant(facts.get("started")), _instant(facts.get("ended"))
    late, state = facts.get("late") is True, one_line(facts.get("state"))
    services, customers = _names(facts.get("services")), _names(facts.get("customers"))
    crisis, incident = (one_line(facts.get(name)) for name in ("crisis", "incident"))
    return Told(
        key=crisis or incident or one_line(facts.get("report")) or "Vigie",
        crisis=crisis,
        incident=incident,
        services=services,
        affected=_listing(services, locale),
        affected_short=_short(services),
        started=_moment(started, locale, zone),
        opened=_moment(_instant(facts.get("opened")), locale, zone),
        ended=_moment(ended, locale, zone),
        due=_moment(_instant(facts.get("due")), locale, zone),
        lasted=_lasted(started, ended or (None if late else now)),
        trigger=one_line(facts.get("trigger")),
        state=state,
        late=late,
        over=late or ended is not None or state in OVER,
        name=one_line(facts.get("name")),
        text=lines(facts.get("text")),
        workaround=lines(facts.get("workaround")),
        provider=one_line(facts.get("provider")),
        period=one_line(facts.get("period")),
        contract=one_line(facts.get("contract")),
        replaces=one_line(facts.get("replaces")),
        reason=one_line(facts.get("reason")),
        attached=facts.get("attached") is True,
        linked=_files(facts.get("linked"), locale),
        linked_until=_moment(_instant(facts.get("linked_until")), locale, zone),
        customers=customers,
        hit=f"{len(customers)}: {_listing(customers, locale)}" if customers else None,
        cause=one_line(facts.get("cause")),
        missing=_names(facts.get("missing")),
        by=one_line(facts.get("by")),
        level=one_line(facts.get("level")),
        round=one_line(facts.get("round")),
        ack_url=_link(facts.get("ack_url")),
        dead=_number(facts.get("dead")),
        into=one_line(facts.get("into")),
    )


def for_customers(known: Told) -> Told:
    """Return what a customer may read: no other customer, and nothing of how we work."""
    return replace(
        known,
        customers=(),
        hit=None,
        cause=None,
        missing=(),
        by=None,
        level=None,
        round=None,
        ack_url=None,
        dead=None,
        into=None,
        lasted=known.lasted if known.ended else None,
    )


def one_line(value: object, longest: int = LONGEST) -> str | None:
    """Return *value* as one printable line of at most *longest* characters; None: it is empty."""
    text = " ".join(_clean(str(value)).split()) if value is not None else ""
    return (text if len(text) <= longest else text[: longest - 1] + "…") or None


def lines(value: object) -> tuple[str, ...]:
    """Return the lines of what a person wrote, without empty ones at its ends."""
    return tuple(_clean("" if value is None else str(value)).strip().splitlines())


def _clean(text: str) -> str:
    """Keep line ends and tabs; drop what steers a terminal, show what turns or hides text."""
    whole = text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return legible("".join(c for c in whole if c in "\n\t" or category(c) not in {"Cc", "Cs"}))


def _names(value: object) -> tuple[str, ...]:
    """Return the names of records such as {"key", "name"}, or of plain texts."""
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        return ()
    names = (
        one_line((one.get("name") or one.get("key")) if isinstance(one, Mapping) else one, 80)
        for one in value
    )
    return tuple(name for name in names if name)


def _files(value: object, locale: Locale) -> tuple[File, ...]:
    """Return the files of records such as {"name", "url", "bytes", "sha256"}."""
    listed = value if isinstance(value, list | tuple) else ()
    found = [_file(one, locale) for one in listed if isinstance(one, Mapping)]
    return tuple(file for file in found if file)


def _file(value: Mapping[str, object], locale: Locale) -> File | None:
    name, url, digest = one_line(value.get("name")), _link(value.get("url")), value.get("sha256")
    size = value.get("bytes")
    if not (name and url and isinstance(size, int)):
        return None
    grouped = format_decimal(size, locale=locale)
    return File(name=name, url=url, size=grouped, sha256=one_line(digest) or "")


def _number(value: object) -> str | None:
    """Return the number of a message from a record such as {"message": 12}."""
    number = value.get("message") if isinstance(value, Mapping) else None
    return str(number) if isinstance(number, int) else None


def _listing(names: tuple[str, ...], locale: Locale) -> str | None:
    if len(names) > NAMES:
        return f"{', '.join(names[:NAMES])} … (+{len(names) - NAMES})"
    return format_list(names, locale=locale) if names else None


def _short(names: tuple[str, ...]) -> str | None:
    text, shown = "", 0
    for name in names:
        longer = f"{text}, {name}" if text else name
        if text and len(longer) > IN_SUBJECT:
            return f"{text} (+{len(names) - shown})"
        text, shown = longer, shown + 1
    return one_line(text, IN_SUBJECT)


def _instant(value: object) -> datetime | None:
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # no instant, or before the first year
        return None


def _moment(at: datetime | None, locale: Locale, zone: tzinfo) -> str | None:
    """Return an instant as `12 May 2026, 03:00 Europe/Paris (01:00 UTC)`, seconds cut off."""
    if at is None:
        return None
    try:
        local = at.astimezone(zone)
    except OverflowError:  # in the last hours of all years
        local = at
    utc = f"{at:%H:%M}{SPACE}UTC"
    if local.utcoffset() == timedelta(0) and str(zone) in {"UTC", "Etc/UTC"}:
        return f"{_day(local, locale)}, {utc}"
    other = f"{_day(at, locale)}, {utc}" if local.date() != at.date() else utc
    return f"{_day(local, locale)}, {local:%H:%M} {zone} ({other})"


def _day(at: datetime, locale: Locale) -> str:
    return format_date(at.date(), "long", locale)


def _lasted(start: datetime | None, end: datetime | None) -> str | None:
    if start is None or end is None or end < start:
        return None
    minutes = (end - start) // timedelta(minutes=1)
    hours, rest = divmod(minutes, 60)
    if not minutes:
        return "< 1 min"
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(_REGIONS.get(language, language))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def _zone(value: object) -> tzinfo:
    try:
        return ZoneInfo(str(value))
    except (OSError, ValueError, LookupError):  # none of this name, or no name at all
        return ZoneInfo("UTC")


def _link(value: object) -> str | None:
    text = one_line(value, 2000)
    return text if text and text.startswith(("https://", "http://")) else None
