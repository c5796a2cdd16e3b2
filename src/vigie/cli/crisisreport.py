"""The incident report of a crisis: what people wrote, the rest pre-filled from what happened."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from vigie import reporting, settings
from vigie.cli.crisisnext import has_address
from vigie.cli.crisisshow import happened
from vigie.errors import UsageError
from vigie.storing import Briefing

Row = dict[str, Any]
FORMATS = reporting.Formats("en", "UTC")
NOTICES = {
    "customer_opened": "first message",
    "customer_update": "update",
    "customer_resolved": "resolution",
}


def draft(found: Briefing, *, directory: Path, now: datetime) -> str:
    """Return the report as Markdown."""
    return reporting.incident_markdown(incident_report(found), directory=directory, now=now)


async def export(found: Briefing, file: Path, *, directory: Path, now: datetime) -> None:
    """Write the report to *file*, PDF or Markdown by its ending; a key seals the PDF."""
    if file.suffix not in (".md", ".pdf"):
        raise UsageError(f"-o: {file} is neither Markdown nor PDF (write a name in .md or .pdf)")
    reporting.check_writable(file)
    if file.suffix == ".pdf":
        drawing = partial(
            reporting.make_incident_report, incident_report(found), directory=directory, now=now
        )
        signing = settings.signing()
        reporting.write(file, await reporting.draw_sealed(drawing, signing=signing, now=now))
    else:
        reporting.write(file, draft(found, directory=directory, now=now).encode())


def incident_report(found: Briefing) -> reporting.IncidentReport:
    """Return what the report prints; sections that nobody wrote are pre-filled, without author."""
    now = found.now
    services = ", ".join(found.services)
    written = {one["section"]: _section(one, found) for one in found.sections}
    return reporting.IncidentReport(
        crisis=now["key"],
        title=f"{services}, {FORMATS.date_of(now['started'])}",
        services=found.services,
        started=_second(now["started"]),
        ended=_second(now["good_since"]),
        duration=None if now["lasted_s"] is None else FORMATS.duration(now["lasted_s"]),
        downtime=None if found.downtime_s is None else FORMATS.duration(found.downtime_s),
        as_of=_second(found.as_of),
        timezone="UTC",
        state=now["state"],
        trigger=now["trigger"],
        cause=found.cause,
        customers=tuple(one["name"] for one in found.customers),
        budgets=tuple(_budgets(found)),
        members=tuple(
            reporting.Member(role=role, name=holder["name"])
            for role, holder in sorted(now["roles"].items())
            if holder
        ),
        timeline=tuple(
            reporting.Happening(at=_second(one["at"]), who=one["actor"], what=_happened(one))
            for one in found.events
        ),
        messages=(*_notices(found), *_untold(found)),
        summary=written["summary"],
        analysis=written["analysis"],
        corrective=written["corrective"],
        preventive=written["preventive"],
        approval=_approval(found),
        actions=tuple(
            reporting.Action(
                what=one["what"], owner=one["owner"], due=one["due"], done=_second(one["done_at"])
            )
            for one in found.actions
        ),
    )


def _happened(event: Row) -> str:
    """Return in words what happened; roles as the page names them."""
    if event["kind"] != "filled":
        return happened(event)
    role = event["detail"]["role"].replace("_", " ")
    return happened(event | {"detail": event["detail"] | {"role": role}})


def _names(found: Briefing) -> dict[str, str]:
    """Return the customers' names by their keys."""
    return {one["customer"]: one["name"] for one in found.customers}


def _section(one: Row, found: Briefing) -> reporting.Section:
    if one["said"]:
        return reporting.Section(text=one["said"], author=one["author"], at=_second(one["at"]))
    text = "\n".join(PREFILLED[one["section"]](found))
    return reporting.Section(text=text)


def _summary(found: Briefing) -> Iterator[str]:
    now = found.now
    yield f"Affected: {', '.join(found.services)}, from {_moment(now['started'])}."
    if now["good_since"]:
        yield f"Good again since {_moment(now['good_since'])}."
    yield f"Customers affected: {len(found.customers)}."
    yield f"The crisis was opened {_moment(now['opened_at'])}: {now['reason']}."


def _analysis(found: Briefing) -> Iterator[str]:
    yield f"First seen: {found.cause or 'nothing that was measured'}."


def _corrective(found: Briefing) -> Iterator[str]:
    if found.now["workaround"]:
        yield f"Workaround: {found.now['workaround']}"
    for one in found.events:
        if one["kind"] == "resolved":
            yield f"Resolved {_moment(one['at'])}: {one['reason']}"


def _preventive(found: Briefing) -> Iterator[str]:
    for one in found.actions:
        yield f"{one['what']} ({one['owner']}, due {one['due']})"


PREFILLED = {
    "summary": _summary,
    "analysis": _analysis,
    "corrective": _corrective,
    "preventive": _preventive,
}


def _budgets(found: Briefing) -> Iterator[reporting.Budget]:
    names = _names(found)
    for budget in found.budgets:
        for one in budget.periods:
            if one["target"] is not None:
                yield reporting.Budget(
                    contract=budget.contract,
                    customer=names[budget.customer],
                    scope=budget.scope,
                    period=FORMATS.period(one["kind"], one["begins"]),
                    used=FORMATS.duration(one["budget_used_s"]),
                    allowed=FORMATS.duration(one["budget_s"]),
                    left=FORMATS.duration(one["budget_left_s"]),
                    over=FORMATS.duration(over) if (over := one["budget_over_s"]) else None,
                    with_unknown=one["with_unknown"],
                )


def _notices(found: Briefing) -> Iterator[reporting.Notice]:
    names = _names(found)
    for one in found.notices:
        yield reporting.Notice(
            who=names.get(one["recipient"]) or one["recipient"],
            what=NOTICES[one["kind"]],
            at=_second(one["sent_at"]),
            state=one["state"],
        )


def _moment(at: datetime) -> str:
    """Return an instant as the page around the text writes it."""
    return f"{FORMATS.moment(_second(at))} UTC"


def _second(at: Any) -> Any:  # noqa: ANN401 - an instant of the database, or none
    """Return an instant without its fraction of a second: nobody reads it."""
    return at and at.replace(microsecond=0)


def _untold(found: Briefing) -> Iterator[reporting.Notice]:
    """Yield a line for each customer that no message could be sent to."""
    told = {one["recipient"] for one in found.notices}
    for one in found.customers:
        if one["customer"] not in told and not has_address(one):
            state = "waived" if one["how"] == "waived" else "not told"
            yield reporting.Notice(who=one["name"], what="no address", at=None, state=state)


def _approval(found: Briefing) -> reporting.Approval | None:
    if not found.now["report_approved_by"]:
        return None
    (*_, last) = (one for one in found.events if one["kind"] == "report_approved")
    return reporting.Approval(who=last["actor"], at=_second(last["at"]))
