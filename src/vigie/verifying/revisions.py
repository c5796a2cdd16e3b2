"""What a kept report says of itself as a revision, against what it is."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from vigie.reporting import Figures, Made, Past, Revision
from vigie.verifying.carried import YEARS, Carried
from vigie.verifying.checks import Check, judged
from vigie.verifying.listedchanges import listed
from vigie.verifying.periods import AHEAD

KINDS = ("month", "quarter", "year")
SHA256 = re.compile(r"[0-9a-f]{64}")
PERIOD = re.compile(r"([1-9]\d{3})(?:-(0[1-9]|1[0-2])|-Q([1-4]))?", re.ASCII)
NUMBER = re.compile(r"r[1-9]\d{0,8}", re.ASCII)
A_DAY = timedelta(days=1)
PLACE = "report.revision"


def check_revision(held: Carried) -> tuple[Check, ...]:
    """Return whether a kept report is the revision that it names; nothing of other documents."""
    if not isinstance(held.told, dict) or held.told["report"].revision is None:
        return ()
    made, figures = held.told["report"], held.told["figures"]
    revision = held.told["report"].revision
    problems = [
        *_named(revision, figures),
        *_dated(revision, made),
        *_counted(revision),
        *_chained(revision, figures),
        *_followed(revision),
        *listed(revision.changes, figures),
    ]
    changed = ", and what it says has changed are its own figures" if revision.changes else ""
    well = f"{revision.key} is of this contract and period{changed}"
    return (judged("revision", problems, well=well),)


def _named(revision: Revision, figures: Figures) -> Iterator[str]:
    period, scope = figures.period, figures.availability.scope
    if period.kind not in KINDS or not period.complete:
        yield "report.revision: no report is kept of such a period, or before it is over"
    scopes = () if scope == "solution" else (scope,)
    key = "/".join((figures.contract.key, *scopes, period.name, f"r{revision.number}"))
    if revision.key != key:
        yield f"{PLACE}.key: says {revision.key}, this is {key}"


def _dated(revision: Revision, made: Made) -> Iterator[str]:
    if revision.made_at != made.made_at:
        yield f"{PLACE}.made_at: says {revision.made_at}, the report was made {made.made_at}"
    if revision.objections_until < revision.made_at:
        yield f"{PLACE}.objections_until: {revision.objections_until} was before it was made"
    instants = [*(one.made_at for one in revision.past), revision.made_at]
    if instants != sorted(instants):
        yield f"{PLACE}.past: a revision was made after one that replaces it"
    for number, (one, replaced) in enumerate(zip(revision.past, instants[1:], strict=True)):
        issued = one.issued_at
        # Who issues may do so while the next one is drawn, and by another clock.
        if issued is not None and not one.made_at - AHEAD <= issued <= replaced + AHEAD:
            place = f"{PLACE}.past[{number}].issued_at"
            yield f"{place}: {issued} said, it was made {one.made_at} and replaced {replaced}"


def _counted(revision: Revision) -> Iterator[str]:
    """Yield what belongs to a first revision, and is said of a later one, or the other way."""
    numbered: tuple[Past | Revision, ...] = (*revision.past, revision)
    if [one.number for one in numbered] != list(range(1, len(numbered) + 1)):
        yield f"{PLACE}.past: does not tell of the revisions before {revision.number}"
    for number, one in enumerate(numbered, 1):
        if (one.reason is None) != (number == 1):
            yield f"{PLACE}: only the first revision has no reason, {number} is not so"
    if revision.number == 1 and revision.changes:
        yield f"{PLACE}.changes: a first revision changes nothing"


def _chained(revision: Revision, figures: Figures) -> Iterator[str]:
    before, digest = revision.before, revision.before_digest
    if (before is None) != (digest is None) or (before is None and revision.number > 1):
        yield f"{PLACE}.before: does not name the report before it with its digest"
    if digest is not None and not SHA256.fullmatch(digest):
        yield f"{PLACE}.before_digest: {digest[:70]} is no SHA-256"
    if before is not None and not before.startswith(f"{figures.contract.key}/"):
        yield f"{PLACE}.before: {before[:70]} is of another contract"


def _followed(revision: Revision) -> Iterator[str]:
    """Compare the report before it in the chain with this one: was it kept before, and could it."""
    before, place = revision.before, f"{PLACE}.before"
    if before is None:
        return
    own, _, _ = revision.key.rpartition("/")
    of, _, number = before.rpartition("/")
    ends = _end(of.rpartition("/")[2])
    if ends is None or not NUMBER.fullmatch(number):
        yield f"{place}: {before[:70]} is the key of no report"
    # Its period may have ended half a day before it did in UTC.
    elif ends > (revision.made_at + A_DAY).date():
        yield f"{place}: the period of {before[:70]} was not over at {revision.made_at}"
    elif of == own and number != f"r{revision.number - 1}":
        yield f"{place}: {before[:70]} is not the revision before {revision.number}"


def _end(period: str) -> date | None:
    """Return the first day after a period of this name; None where it is none."""
    found = PERIOD.fullmatch(period)
    if not found:
        return None
    year, month, quarter = (int(one or 0) for one in found.groups())
    last = month or quarter * 3 or 12
    return date(year + last // 12, last % 12 + 1, 1) if year in YEARS else None
