"""What the words of a contract leave open."""

from collections.abc import Iterator
from datetime import date

from vigie.catalogue.finding import Finding, Looking
from vigie.catalogue.scalars import duration_text
from vigie.catalogue.termtexts import leaves

_NO_VALUE = ("not_in_document", "not_specified", "varies", "asap", "as-agreed", "future-version")
_FIRST_MONTHS = {"year": (1,), "quarter": (1, 4, 7, 10), "month": tuple(range(1, 13))}


def _target(it: Looking) -> Iterator[Finding]:
    if it.contract.terms.target is None:
        yield it.finding(
            "availability.target",
            "no availability is promised",
            "figures without a verdict",
            'availability: {target: "99.9", basis: month}',
        )
        return
    if not it.says("availability.hours"):
        yield it.finding(
            "availability.hours",
            "the hours in which the target counts are not said",
            "around the clock",
            "availability: {hours: always}, or a calendar",
        )
    if not it.says("availability.maintenance"):
        yield it.finding(
            "availability.maintenance",
            "what planned maintenance takes out is not said",
            "the downtime inside a valid window",
            "availability: {maintenance: downtime}, or window, or up",
        )
    if not it.says("availability.unknown"):
        yield it.finding(
            "availability.unknown",
            "what counts while nothing is measured is not said",
            "neither up nor down",
            "availability: {unknown: neither}, or up, or down",
        )


def _first_period(it: Looking) -> Iterator[Finding]:
    basis, starts = it.contract.terms.basis, it.contract.starts
    if it.contract.terms.target is not None and not _begins(basis, starts):
        yield it.finding(
            "from",
            f"the contract begins inside a {basis}, which is what it is judged by",
            f"the contracted days of that {basis} only",
            f"the first day of a {basis}, or agree on it",
        )


def _begins(basis: str, day: date) -> bool:
    return day.day == 1 and day.month in _FIRST_MONTHS[basis]


def _interruption(it: Looking) -> Iterator[Finding]:
    longest = it.contract.terms.interruption_max
    if longest is None:
        return
    limit = duration_text(longest)
    if not it.says("interruption.calendar"):
        yield it.finding(
            "interruption.calendar",
            f"the hours in which {limit} are counted are not said",
            "elapsed time",
            "interruption: {calendar: always}, or a calendar",
        )
    if not it.says("interruption.join_within"):
        yield it.finding(
            "interruption.join_within",
            "whether interruptions close to each other are one is not said",
            "each stands for itself",
            "interruption: {join_within: 0s}",
        )
    if it.contract.terms.interruption_calendar:
        yield it.finding(
            "interruption.calendar",
            "an interruption outside these hours has no working time, however long it lasts",
            "judged by its working time, printed beside its elapsed time",
            "interruption: {calendar: always} to judge elapsed time",
            code="AMB-2",
        )


def _maintenance(it: Looking) -> Iterator[Finding]:
    terms = it.contract.terms
    excuses = terms.target is not None and terms.maintenance != "up"
    if excuses and not it.says("maintenance.notice"):
        yield it.finding(
            "maintenance.notice",
            "how long ahead maintenance is announced is not said",
            "every recorded window is valid, however late",
            "maintenance: {notice: {working_days: 2, calendar: …}}, or notice: null",
        )
    if excuses and not it.says("maintenance.cap"):
        yield it.finding(
            "maintenance.cap",
            "how much maintenance there may be is not said",
            "any amount",
            "maintenance: {cap: {time: 6h, per: quarter}}, or cap: null",
        )
    if excuses and terms.cap_time is not None and not it.says("maintenance.enforce"):
        yield it.finding(
            "maintenance.cap",
            "what more maintenance than this leads to is not said",
            "it is flagged, and excused all the same",
            "maintenance: {enforce: []}, or what it enforces",
            code="AMB-6",
        )
    if excuses and (terms.outside or terms.night) and not it.says("maintenance.enforce"):
        yield it.finding(
            "maintenance.outside",
            "what maintenance at other hours leads to is not said",
            "it is flagged, and excused all the same",
            "maintenance: {enforce: []}, or what it enforces",
            code="AMB-6",
        )


def _crisis(it: Looking) -> Iterator[Finding]:
    if not it.says("crisis"):
        yield it.finding(
            "crisis",
            "when an outage is a crisis is not said",
            "no crisis is ever declared",
            "crisis: {longer_than: 10m, customers: 2}, or crisis: null",
        )


def _support_values(it: Looking) -> Iterator[Finding]:
    support = it.contract.words.get("support")
    for path, value in leaves(support) if isinstance(support, dict) else ():
        if value in _NO_VALUE:
            place = ("support", *path)
            yield it.finding(
                ".".join(place),
                f'"{value}" is no value that could be measured',
                "shown as written, without a verdict",
                f"terms: {_nested(place)} with a value",
            )


def _nested(path: tuple[str, ...]) -> str:
    return ": ".join(f"{{{name}" for name in path) + ": …" + "}" * len(path)


def _region(it: Looking) -> Iterator[Finding]:
    support = it.contract.words.get("support")
    regions = support.get("calendar_by_region") if isinstance(support, dict) else None
    if isinstance(support, dict) and isinstance(regions, dict) and not support.get("calendar"):
        first = next(iter(regions.values()))
        yield it.finding(
            "support.calendar_by_region",
            "which region's hours hold for this customer is not said",
            "none, so that no reply time can be judged",
            f"terms: {{support: {{calendar: {first}}}}}",
        )


def _not_liable(it: Looking) -> Iterator[Finding]:
    """To owe nothing for a cause is one thing, to leave its downtime out another."""
    if it.contract.terms.target is not None and it.contract.words.get("not_liable"):
        yield it.finding(
            "not_liable",
            "whether downtime of these causes leaves the availability is not said",
            "it counts, unless an approved correction excludes it",
            "the consequence into the contract's text",
        )


def _recipients(it: Looking) -> Iterator[Finding]:
    if not it.contract.customer.recipients:
        yield it.finding(
            "customer.recipients",
            "nobody receives the report, nor messages in a crisis",
            "the report is written, and nothing is sent",
            "customer: {recipients: [sla@acme.example]}",
        )


RULES = (
    _target,
    _first_period,
    _interruption,
    _maintenance,
    _crisis,
    _support_values,
    _region,
    _not_liable,
    _recipients,
)
