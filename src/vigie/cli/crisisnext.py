"""What is missing in a crisis, and the commands that bring it on."""

from collections.abc import Iterator
from typing import Any

from vigie.cli.registry import short
from vigie.counting import count
from vigie.storing import Briefing

Row = dict[str, Any]
ADDRESS = "write recipients in its contract, then vigie apply"
OPEN = ("open", "staffed", "mitigating", "monitoring")
DEAD = "vigie outbox list --state dead, mend the channel, then vigie outbox retry --dead"
STEPS = {  # command and options by state
    "staffed": ("plan", " --text …"),
    "mitigating": ("resolve", " --text …  (or vigie crisis workaround)"),
    "monitoring": ("resolve", " --text …"),
    "dissolved": ("review", " --analysis … --none-needed …"),
}


def missing(found: Briefing) -> Iterator[str]:
    """Yield what keeps the crisis from going on, and whom nothing reached."""
    now = found.now
    if _unanswered(found):
        yield "nobody has acknowledged it"
    for one in now["missing"]:
        yield f"for {now['next_state']}: {one}"
    if now["update_due"]:
        number = now["updates"] + 1
        yield f"update {number} to the customers, due {short(now['update_due'])}"
    for one in found.customers:
        yield from _unreached(one, goes_on=now["state"] in OPEN)


def _unreached(customer: Row, *, goes_on: bool) -> Iterator[str]:
    key, failed = customer["customer"], customer["failed"]
    if failed:
        yield f"{count(failed, 'message')} to {key} did not arrive"
    if goes_on and not has_address(customer):
        yield f"an address of {key} ({ADDRESS})"


def following(found: Briefing) -> Iterator[str]:
    """Yield the commands that bring it to its next state."""
    now = found.now
    command = "vigie crisis {} " + now["key"]
    if _unanswered(found):
        yield command.format("ack") + " --by PERSON"
    yield from _step(found, command)
    if now["update_due"]:
        yield command.format("update") + " --text …"
    if any(one["failed"] for one in found.customers):
        yield DEAD
    if now["cancel_asked_by"]:
        yield command.format("cancel") + " --reason … --by ANOTHER  (if it is a false alarm)"


def _step(found: Briefing, command: str) -> Iterator[str]:
    state = found.now["state"]
    if state == "open":
        yield command.format("staff") + _proposed(found) + " --by PERSON"
    elif state in ("resolved", "reporting"):
        yield from _waivers(found)
        yield from _report_commands(found, command)
    elif state in STEPS:
        name, options = STEPS[state]
        yield command.format(name) + options


def _waivers(found: Briefing) -> Iterator[str]:
    key = found.now["key"]
    for one in found.customers:
        if not one["told_of_resolution"] and one["how"] != "queued":  # that may arrive yet
            yield f"vigie crisis waive {key} {one['customer']} --reason …  ({one['how']})"


def has_address(customer: Row) -> bool:
    """Return whether any message can be sent to a customer."""
    return any(address.strip() for address in customer["recipients"])


def _unanswered(found: Briefing) -> bool:
    """Return whether people are called, and nobody has said that he looks after it."""
    if found.now["acknowledged_at"]:
        return False
    called = [one for one in found.events if one["kind"] == "relapsed" and _calls(one)]
    return found.now["state"] == "open" or (found.now["state"] == "mitigating" and bool(called))


def _calls(relapse: Row) -> bool:
    return bool(relapse["detail"].get("called"))


def _proposed(found: Briefing) -> str:
    """Return somebody for each empty role, on duty first; PERSON where the rota has nobody left."""
    fit = {one["role"]: one["person"] for one in found.fit}
    empty = sorted(role for role, holder in found.now["roles"].items() if holder is None)
    return "".join(f" {role}={fit.get(role, 'PERSON')}" for role in empty)


def _report_commands(found: Briefing, command: str) -> Iterator[str]:
    empty = [one["section"] for one in found.sections if not one["said"]]
    for section in empty:
        yield command.format("report") + f" --section {section} --text …"
    if not empty and not found.now["report_approved_by"]:
        yield command.format("approve") + " --by PERSON  (another person than its authors)"
    if found.now["report_approved_by"]:
        yield command.format("dissolve")
