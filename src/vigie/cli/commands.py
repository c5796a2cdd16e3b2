"""What the commands are called, where they are, and what the overview says of them."""

from collections.abc import Mapping
from typing import NamedTuple


class Command(NamedTuple):
    """A command or a group of commands, imported when it is called."""

    where: str  # file:function or file:app
    says: str


Section = Mapping[str, Command]

SECTIONS: Mapping[str, Section] = {
    "Try it": {
        "demo": Command("demo:demo", "Probe a small shop for a minute, then write two reports."),
        "watch": Command("watch:watch", "Probe any URLs at once, without a catalogue."),
    },
    "Describe": {
        "init": Command("init:init", "Make a directory with a catalogue to start from."),
        "check": Command("check:check", "Report every problem of the catalogue."),
        "test": Command(
            "explain:explain_endpoint", "Probe one endpoint now and explain what came."
        ),
        "contract": Command(
            "contract:app", "Show a contract's terms in words; name what it leaves open."
        ),
        "plan": Command("apply:plan", "Show what `apply` would change in the database."),
        "apply": Command("apply:apply", "Make the database match the catalogue."),
    },
    "Measure": {
        "run": Command("run:run", "Probe, store and compute in one process, until stopped."),
        "probe": Command("probe:probe", "Probe from one location for a database elsewhere."),
        "agent": Command("agent:app", "Add, list and remove the agents of other locations."),
        "maintenance": Command(
            "maintenance:app", "Announce, list, withdraw and close maintenance windows."
        ),
        "correction": Command("correction:app", "Correct what was measured wrongly; two persons."),
        "import": Command("import_:app", "Take in results or maintenance from CSV files."),
        "db": Command("db:app", "Start, stop and look into the database."),
    },
    "Crisis": {
        "incident": Command(
            "incident:app", "See the outages that people handle; write down what is done."
        ),
        "rota": Command("rota:app", "Show who is called in a crisis, and who is on duty."),
        "outbox": Command("outbox:app", "List the messages to people; send again what was lost."),
        "crisis": Command("crisis:app", "Lead a crisis cell: from the call to the review."),
        "anomaly": Command("anomaly:app", "Record what customers report of a service."),
    },
    "Report": {
        "sla": Command("sla:sla", "Show a contract's figures for a period."),
        "report": Command(
            "report:app", "Write a contract's PDF report; keep, review and issue reports."
        ),
        "verify": Command("verify:verify", "Check a report's PDF: seal, files, figures, pages."),
        "dispute": Command("dispute:app", "Compare a customer's own probe log with ours."),
    },
}


def overview() -> str:
    """Return the text of `vigie --help`."""
    lines = [
        "Usage: vigie COMMAND",
        "",
        "Vigie measures whether a service kept its availability promise, and proves it.",
    ]
    for title, section in SECTIONS.items():
        lines += ["", f"{title}:"]
        lines += [f"  {name:<12} {command.says}" for name, command in section.items()]
    lines += ["", "`vigie COMMAND --help` explains one; `vigie --version` names this version."]
    return "\n".join(lines)
