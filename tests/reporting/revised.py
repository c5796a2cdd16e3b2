"""Reports that are kept: the first of a month, and the one that replaced it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from vigie.reporting.figures.revisions import Change, Past, Revision

MADE_AT = datetime(2026, 6, 3, 6, tzinfo=UTC)
REVISED = Revision(
    key="acme/2026-05/r1",
    number=1,
    made_at=MADE_AT,
    made_by="alice",
    reason="The certificate of one probe had expired. " * 9,
    objections_until=MADE_AT + timedelta(days=5),
    changes=(),
    past=(),
    before=None,
    before_digest=None,
)

PAST = Past(number=1, made_at=MADE_AT, made_by="bob", reason=None, issued_at=MADE_AT)

CHANGES = tuple(
    Change(figure=f"availability.{name}", before=before, after=after)
    for name, before, after in (
        ("percent", "99.9775", "99.9798"),
        ("seconds.unplanned", "600", "540"),
        ("verdict", "missed", "missed"),
    )
)
SECOND = replace(
    REVISED,
    key="acme/2026-05/r2",
    number=2,
    changes=CHANGES,
    past=(PAST,),
    before="acme/2026-05/r1",
    before_digest="5e" * 32,
)
