"""What a kept report says of itself as a revision, against what it is."""

import re
from collections.abc import Iterator

from vigie.reporting import Figures, Made, Past, Revision
from vigie.verifying.carried import Carried
from vigie.verifying.checks import Check, judged
from vigie.verifying.listedchanges import listed

KINDS = ("month", "quarter", "year")
SHA256 = re.compile(r"[0-9a-f]{64}")
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
