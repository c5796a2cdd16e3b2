"""The ambiguities whose other readings are computed: what `vigie sla --readings` offers."""

from collections.abc import Iterator
from dataclasses import dataclass

from vigie.catalogue.finding import Finding, Looking
from vigie.catalogue.linting import OF_THE_TEXT, lint
from vigie.catalogue.model import Catalogue, Contract
from vigie.catalogue.plans import ALWAYS, calendars_in

_COMPUTED = ("AMB-1", "AMB-2", "AMB-3", "AMB-6", "AMB-7")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOpen:
    """One finding of `contract lint` that nothing settles, and what the text may mean."""

    code: str
    term: str
    clause: str | None = None
    calendar: str | None = None  # that is read otherwise …
    others: tuple[str, ...] = ()  # … as one of these; always: elapsed time


def left_open(contract: Contract, catalogue: Catalogue) -> tuple[LeftOpen, ...]:
    """Return what *contract* neither settles nor accepts, of all that another figure answers."""
    it = Looking(contract=contract, catalogue=catalogue)
    findings = lint([contract], catalogue, rules=OF_THE_TEXT)
    open_ones = [one for one in findings if one.code in _COMPUTED and not one.accepted]
    return tuple(found for finding in open_ones for found in _open(it, finding))


def _open(it: Looking, finding: Finding) -> Iterator[LeftOpen]:
    if finding.code == "AMB-2":
        key = it.contract.terms.interruption_calendar
        yield from _calendar(it, finding, key, (ALWAYS,))
    elif finding.code == "AMB-3":
        yield from _calendar(it, finding, finding.path.partition(".")[0], ())
    else:
        clause = _clause(it, finding.path)
        yield LeftOpen(code=finding.code, term=finding.path, clause=clause)


def _calendar(
    it: Looking, finding: Finding, key: str | None, always: tuple[str, ...]
) -> Iterator[LeftOpen]:
    """Yield *key* with what it may mean; nothing when there is no calendar of another reading."""
    calendar = it.catalogue.calendars[key or ""]
    others = calendar.other_hours if finding.code == "AMB-2" else calendar.other_zones
    if others or always:
        yield LeftOpen(
            code=finding.code,
            term=finding.path,
            clause=_clause(it, _term_of(it, calendar.key)),
            calendar=calendar.key,
            others=(*others, *always),
        )


def _term_of(it: Looking, calendar: str) -> str:
    """Return the first term that names *calendar*."""
    return next(
        ".".join(map(str, at)) for at, key in calendars_in(it.contract.words) if key == calendar
    )


def _clause(it: Looking, path: str) -> str | None:
    """Return the clause that *path*, or the first term below it, comes from."""
    below = f"{path}."
    written = it.contract.written
    places = [place for name, place in written.items() if name == path or name.startswith(below)]
    return next((place.clause for place in places if place.clause), None)
