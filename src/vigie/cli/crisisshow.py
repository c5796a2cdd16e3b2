"""A crisis as a briefing: what is down, for whom, who was told, what is missing, what to type."""

from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_UP
from typing import Any

from vigie.cli.crisisnext import following, has_address, missing
from vigie.cli.registry import short
from vigie.reporting import Formats
from vigie.storing import Briefing, Budget

Row = dict[str, Any]
FORMATS = Formats("en", "UTC")
PLAIN_SPACE = {ord("\u00a0"): " ", ord("\u202f"): " "}


def line(one: Row) -> str:
    """Return a crisis in one line of a list."""
    services = ", ".join(one["services"])
    hit = f"{one['customers']} customers"
    return f"{one['key']}  {one['state']}  {services}  opened {short(one['opened_at'])}  {hit}"


def briefing(found: Briefing) -> str:
    """Return all that somebody needs who joins now, the most urgent first."""
    parts = [
        _headline(found),
        _section("Missing", missing(found)),
        _section("Next", following(found)),
        _section("Customers", _customers(found)),
        _section(_budgets_title(found), _budgets(found)),
        _section("Cell", _cell(found.now)),
        _section("Called", _called(found)),
        _section("Actions", _actions(found)),
        _section("What happened", _events(found)),
    ]
    return "\n\n".join(filter(None, parts))


def _section(title: str, lines: Iterator[str]) -> str:
    said = list(lines)
    return "\n  ".join([title, *said]) if said else ""


def _headline(found: Briefing) -> str:
    now = found.now
    how = {"outage": "by the clock", "anomaly": "for reported anomalies", "hand": "by hand"}
    lines = [
        f"{now['key']}  {now['state']} since {_at(now['since'])}",
        f"services: {', '.join((*now['services'], *_health(found)))}",
        f"began: {_at(now['started'])}" + (f" ({now['incident']})" if now["incident"] else ""),
        f"opened: {_at(now['opened_at'])} {how[now['trigger']]}, {now['opened_by']}:"
        f" {now['reason']}" + (" (late: it was over when its results came)" if now["late"] else ""),
        f"first seen: {found.cause}" if found.cause else "",
        f"plan: {now['plan']}" if now["plan"] else "",
        f"workaround: {now['workaround']}" if now["workaround"] else "",
        f"{now['cancel_asked_by']} asked to cancel it" if now["cancel_asked_by"] else "",
    ]
    return "\n  ".join(filter(None, lines))


def _health(found: Briefing) -> Iterator[str]:
    """Yield what probes say of its services; of a false alarm nothing."""
    now = found.now
    if now["state"] in ("cancelled", "merged"):
        return
    if now["down_since"]:
        yield _down(found)
    elif now["good_since"]:
        yield f"good since {_at(now['good_since'])}"
    else:
        yield "not seen by probes"


def _down(found: Briefing) -> str:
    down = [one for one in found.down if not one["is_up"]]
    together = len({one["since"] for one in down}) == 1
    if together and len(down) == len(found.now["services"]):
        return f"DOWN since {_at(found.now['down_since'])}"
    said = ", ".join(f"{one['service']} since {_at(one['since'])}" for one in down)
    up = ", ".join(one["service"] for one in found.down if one["is_up"])
    return "; ".join(filter(None, (said and f"DOWN: {said}", up and f"up again: {up}")))


def _customers(found: Briefing) -> Iterator[str]:
    ended = found.now["state"] in ("resolved", "reporting", "dissolved", "reviewed")
    for one in found.customers:
        said = [_sent(one)]
        if one["failed"]:
            said.append(f"{one['failed']} FAILED")
        if ended:
            said.append(f"resolution: {one['how']}")
        yield f"{one['customer']}: {', '.join(said)}"


def _sent(one: Row) -> str:
    if not one["messages"]:
        return "not told yet" if has_address(one) else "NO ADDRESS"
    last = f", last {_at(one['last_sent_at'])}" if one["last_sent_at"] else ""
    missing = "" if has_address(one) else ", NO ADDRESS now"
    return f"{one['sent']} of {one['messages']} messages sent{last}{missing}"


def _budgets_title(found: Briefing) -> str:
    title = "Budget left before the contract is breached"
    return f"{title}, counted up to {_at(found.as_of)}" if found.as_of else title


def _budgets(found: Briefing) -> Iterator[str]:
    yield from map(_budget, found.budgets)
    if found.further:
        yield f"and {found.further} further contracts (--contracts says how many are shown)"


def _budget(budget: Budget) -> str:
    scope = "" if budget.scope == "solution" else f" {budget.scope}"
    if budget.problem:
        return f"{budget.contract}{scope}: {budget.problem}"
    said = [
        f"{one['kind']}{' (contractual)' if one['kind'] == budget.basis else ''} {_left(one)}"
        for one in budget.periods
    ]
    return f"{budget.contract}{scope}: {', '.join(said)}"


def _left(one: Row) -> str:
    if one["target"] is None:
        return "nothing promised"
    if one["budget_over_s"]:
        return f"BREACHED by {_duration(one['budget_over_s'].to_integral_value(ROUND_UP))}"
    return _duration(one["budget_left_s"].to_integral_value(ROUND_DOWN))  # never more than there is


def _cell(now: Row) -> Iterator[str]:
    for role, holder in sorted(now["roles"].items()):
        name = f"{holder['name']} ({holder['person']})" if holder else "nobody"
        yield f"{role}: {name}"


def _called(found: Briefing) -> Iterator[str]:
    now = found.now
    if now["acknowledged_at"]:
        yield f"acknowledged by {now['acknowledged_by']} {_at(now['acknowledged_at'])}"
    for one in found.messages:
        how = f" by {one['channel']}" if one["channel"] else ""
        state = one["state"] + (f": {one['error']}" if one["error"] else "")
        yield f"{_at(one['created_at'])}  {one['kind']}  {one['recipient']}{how}  {state}"
    if not found.messages:
        yield "nobody"


def _actions(found: Briefing) -> Iterator[str]:
    for one in found.actions:
        state = f"done {_at(one['done_at'])}: {one['done_reason']}" if one["done_at"] else "open"
        yield f"{one['action_id']}  {one['what']}  {one['owner']}, due {one['due']}  {state}"


def _events(found: Briefing) -> Iterator[str]:
    for one in found.events:
        yield f"{_at(one['at'])}  {one['actor']}  {happened(one)}"


def happened(event: Row) -> str:
    """Return in words what happened."""
    kind, detail = event["kind"], event["detail"]
    says = {
        "filled": "{person} is {role}",
        "paged": "level {level} is called, round {round}",
        "waived": "{customer} needs no message of the resolution",
        "affected": "{customer} is affected",
        "reported": "{customer} reports {anomaly}",
        "report_section": "wrote {section} of the report",
        "updated": "update {number} to the customers",
        "overdue": "update {number} is overdue",
        "action_added": "action {action}, {owner}, due {due}",
        "action_done": "action {action} is done",
        "merged": "became part of {into}",
        "absorbed": "{from} became part of it",
    }
    words = says[kind].format_map(detail) if kind in says else kind.replace("_", " ")
    return f"{words}: {event['reason']}" if event["reason"] else words


def _at(at: datetime) -> str:
    return short(at)


def _duration(value: Any) -> str:  # noqa: ANN401 - an exact number of the database
    return FORMATS.duration(value).translate(PLAIN_SPACE)
