"""The terms of a contract in words, each with its clause and the file that says so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from vigie.catalogue.model import Catalogue, Contract, Origin, Terms, Written
from vigie.catalogue.plans import calendars_in
from vigie.catalogue.scalars import duration_text
from vigie.catalogue.termtexts import leaves
from vigie.catalogue.week import week_text

DEFAULT = "default"
_BASIS = "Judged by the calendar {}; other periods are indicators"
_MAINTENANCE = {
    "downtime": "Downtime inside a valid maintenance window is taken out",
    "window": "The whole of a valid maintenance window is taken out",
    "up": "Downtime inside a valid maintenance window counts as up",
}
_SECURITY = "Security measures are treated alike, and need no notice"
_UNKNOWN = {
    "neither": "What was not measured counts neither as up nor as down",
    "up": "What was not measured counts as up",
    "down": "What was not measured counts as down",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One term in words."""

    part: str  # Availability, Interruption, …
    words: str
    clause: str  # empty: none is named
    where: str  # the file and line of each place that it was written in; or "default"


def tell(contract: Contract, catalogue: Catalogue) -> list[Told]:
    """Return every term of *contract* in words, its calendars at the end."""
    told = [_told(contract, part, words, paths) for part, words, *paths in terms_in_words(contract)]
    return [*told, *_calendars(contract, catalogue)]


def terms_in_words(contract: Contract) -> Iterator[tuple[str, ...]]:
    """Yield every term as its part, its words, and the names that it was written under."""
    yield from _availability(contract)
    yield from _interruption(contract.terms)
    yield from _maintenance(contract.terms)
    yield from _crisis(contract.terms)
    yield from _kept(contract, "Crisis cell", "crisis.cell")
    yield from _kept(contract, "Support", "support")
    yield from _reports(contract.terms)
    yield from _not_liable(contract)


def _availability(contract: Contract) -> Iterator[tuple[str, ...]]:
    terms, part = contract.terms, "Availability"
    if terms.target is None:
        yield part, "No availability is promised", "availability.target"
        return
    yield part, f"At least {_percent(contract)} % available", "availability.target"
    yield part, _BASIS.format(terms.basis), "availability.basis"
    hours = f"Counted in the hours of {terms.hours}" if terms.hours else "Counted around the clock"
    yield part, hours, "availability.hours"
    yield part, _MAINTENANCE[terms.maintenance], "availability.maintenance"
    yield part, _SECURITY, "availability.maintenance"
    yield part, _UNKNOWN[terms.unknown], "availability.unknown"


def _percent(contract: Contract) -> object:
    """Return the target as it was written: as a share it may have lost a zero."""
    said = contract.words.get("availability")
    share = contract.terms.target
    target = said.get("target") if isinstance(said, dict) else share and share.scaleb(2)
    return getattr(target, "text", target)


def _interruption(terms: Terms) -> Iterator[tuple[str, ...]]:
    part = "Interruption"
    if terms.interruption_max is None:
        yield part, "No limit to one interruption", "interruption.max"
        return
    yield part, f"None longer than {duration_text(terms.interruption_max)}", "interruption.max"
    calendar = terms.interruption_calendar
    measured = f"working time of {calendar}" if calendar else "elapsed time"
    yield part, f"Measured in {measured}", "interruption.calendar"
    joined = f"Those at most {duration_text(terms.join_within)} apart are one"
    words = joined if terms.join_within else "Each stands for itself"
    yield part, words, "interruption.join_within"


def _maintenance(terms: Terms) -> Iterator[tuple[str, ...]]:
    part = "Maintenance"
    notice = "Needs no notice"
    if terms.notice_working_days is not None:
        notice = f"Announced {terms.notice_working_days} whole working days ahead"
        notice += f", by {terms.notice_calendar}"
    yield part, notice, "maintenance.notice.working_days", "maintenance.notice.calendar"
    yield part, _hours(terms), "maintenance.outside", "maintenance.or", "maintenance.enforce"
    cap = "Of any length"
    if terms.cap_time is not None:
        breach = "is not excused" if "cap" in terms.enforced else "is flagged"
        cap = f"At most {duration_text(terms.cap_time)} per {terms.cap_per}; more {breach}"
    yield part, cap, "maintenance.cap.time", "maintenance.cap.per", "maintenance.enforce"


def _hours(terms: Terms) -> str:
    """Return when maintenance is allowed, in words."""
    allowed = [f"outside the hours of {terms.outside}"] if terms.outside else []
    if terms.night:
        opens, closes = map(_clock, terms.night)
        allowed.append(f"from {opens} to {closes}" + ("" if terms.outside else ", local time"))
    if not allowed:
        return "At any time"
    breach = "excuses nothing" if "outside" in terms.enforced else "is flagged"
    words = " or ".join(allowed)
    return f"{words[:1].upper()}{words[1:]}; at other times it {breach}"


def _clock(since_midnight: timedelta) -> str:
    minutes = since_midnight // timedelta(minutes=1)
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _crisis(terms: Terms) -> Iterator[tuple[str, ...]]:
    words = "None is defined"
    if terms.crisis_longer_than is not None:
        words = f"An outage longer than {duration_text(terms.crisis_longer_than)}"
        words += f" that hits at least {_customers(terms.crisis_customers)}"
    yield "Crisis", words, "crisis.longer_than", "crisis.customers"


def _reports(terms: Terms) -> Iterator[tuple[str, ...]]:
    part, agreed = "Reports", terms.reports
    window = f"Objections to a draft within {duration_text(agreed.objections)}"
    yield part, window if agreed.objections else "Issued at once", "reports.objections"
    due = f"Out on working day {agreed.send.working_day} after the period, at {agreed.send.at}"
    yield (
        part,
        due if agreed.automatic else "Made, issued and sent by hand",
        *(f"reports.{name}" for name in ("automatic", "send.working_day", "send.at")),
    )
    places = [str(it.email or it.folder or it.s3) for it in agreed.to]
    if places:
        yield part, f"Sent to {', '.join(places)}", "reports.to"


def _customers(number: int | None) -> str:
    return "1 customer" if number == 1 else f"{number} customers"


def _kept(contract: Contract, part: str, path: str) -> Iterator[tuple[str, ...]]:
    """Yield what is kept as written: one line for each name below *path*."""
    value: object = contract.words
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    for name, inner in value.items() if isinstance(value, dict) else ():
        below = [".".join((path, name, *more)) for more, _ in leaves({"": inner})]
        paths = [one.replace(f"{name}..", f"{name}.").removesuffix(".") for one in below]
        yield part, f"{_plain(name)}: {_text(inner)}", *paths


def _not_liable(contract: Contract) -> Iterator[tuple[str, ...]]:
    causes = contract.words.get("not_liable")
    if causes:
        yield "Not liable for", _text(causes), "not_liable"


def _plain(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _text(value: object) -> str:
    """Return *value* in one line: lists by commas, mappings by name."""
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    if isinstance(value, dict):
        inner = ((name, _inside(part)) for name, part in value.items())
        return ", ".join(f"{_lower(name)} {text}".rstrip() for name, text in inner)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not said" if value is None else str(getattr(value, "text", value))


def _inside(value: object) -> str:
    text = _text(value)
    return f"({text})" if isinstance(value, dict | list) and text else text


def _lower(name: str) -> str:
    return name.replace("_", " ")


def _calendars(contract: Contract, catalogue: Catalogue) -> Iterator[Told]:
    used = dict.fromkeys(key for _, key in calendars_in(contract.words))
    origins = {it.key: it for it in catalogue.origins if it.sort == "calendar"}
    for key in used:
        words = f"{key}: {week_text(catalogue.calendars[key])}"
        yield Told(part="Calendar", words=words, clause="", where=_origin(origins[key]))


def _origin(origin: Origin) -> str:
    return f"shipped: {_short(origin.file)}" if origin.shipped else origin.file


def _told(contract: Contract, part: str, words: str, paths: Iterable[str]) -> Told:
    places = [place for place in (_place(contract, path) for path in paths) if place]
    clauses = dict.fromkeys(place.clause for place in places if place.clause)
    first = {(it.sort, it.file): it for it in sorted(places, key=_line, reverse=True)}
    where = map(_where, sorted(first.values(), key=lambda it: (it.sort, it.file)))
    return Told(
        part=part, words=words, clause=", ".join(clauses), where="; ".join(where) or DEFAULT
    )


def _place(contract: Contract, path: str) -> Written | None:
    """Return where *path* was written, or what took it away: `crisis: null`."""
    names = path.split(".")
    ways = (".".join(names[:length]) for length in range(len(names), 0, -1))
    return next((contract.written[way] for way in ways if way in contract.written), None)


def _line(place: Written) -> int:
    return place.line


def _where(place: Written) -> str:
    if place.sort == "contract":
        return f"override: {place.file}:{place.line}"
    file = f"shipped {_short(place.file)}" if place.shipped else place.file
    return f"plan: {file}:{place.line}"


def _short(file: str) -> str:
    return file.replace("\\", "/").rpartition("/")[2]
