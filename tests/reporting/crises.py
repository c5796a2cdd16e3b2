"""Records of crises, written by hand, to look at every face of their report."""

from datetime import UTC, date, datetime, timedelta

from vigie.reporting import (
    Action,
    Approval,
    Budget,
    Happening,
    IncidentReport,
    Member,
    Notice,
    Section,
)

START = datetime(2026, 5, 12, 1, tzinfo=UTC)  # 03:00 in Paris
ROLES = ("support_agent", "incident_manager", "support_manager", "infrastructure", "development")
NAMES = ("Alice Martin", "Bob Durand", "Carol Weber", "Dan Rossi", "Eve García")

EVIL = (
    "# not a heading\n\nnot a heading\n===\n\na | b\n--- | ---\n1 | 2\n\n"
    "<script>alert(1)</script>\n\n```\n    code\n- item\n1. item\n> quote\n[x]: http://evil.example\n![a](http://evil.example)\n"
    "*bold* _em_ `code` &lt; $x$ ~~no~~ \\ \x00\x1b[2J\ud800 {{ 7*7 }}"
)


def at(minutes: int) -> datetime:
    """Return the instant *minutes* after the outage began."""
    return START + timedelta(minutes=minutes)


def section(text: str, minutes: int = 600) -> Section:
    return Section(text=text, author="Bob Durand", at=at(minutes))


def approved() -> IncidentReport:
    """A crisis of 42 minutes that is written up and approved."""
    return IncidentReport(
        crisis="crisis-3",
        title="Public API and Orders unavailable",
        services=("Public API", "Orders"),
        started=START,
        ended=at(42),
        duration="42 min 0 s",
        timezone="Europe/Paris",
        state="reporting",
        trigger="outage",
        cause="api-health: status 503",
        customers=("Acme SA", "Beta GmbH"),
        budgets=(
            Budget(
                contract="acme",
                customer="Acme SA",
                period="2026-05",
                used="42 min 0 s",
                allowed="8 min 55.68 s",
                left="0 s",
                over="33 min 4.32 s",
            ),
            Budget(
                contract="acme",
                customer="Acme SA",
                period="2026",
                used="51 min 0 s",
                allowed="1 h 45 min 7.2 s",
                left="54 min 7.2 s",
            ),
            Budget(
                contract="beta",
                scope="orders",
                customer="Beta GmbH",
                period="2026-05",
                used="42 min 0 s",
                allowed="44 min 38.4 s",
                left="2 min 38.4 s",
            ),
        ),
        members=tuple(Member(role=r, name=n) for r, n in zip(ROLES, NAMES, strict=True)),
        timeline=(
            Happening(at=START, who="vigie", what="Public API: first failed probe"),
            Happening(at=at(5), who="vigie", what="pre-alert"),
            Happening(at=at(10), who="vigie", what="crisis opened, level 1 called"),
            Happening(at=at(12), who="alice", what="acknowledged"),
            Happening(at=at(17), who="bob", what="staffed: all five roles are filled"),
            Happening(at=at(30), who="dan", what="Switched over to the standby.\nWatching it."),
            Happening(at=at(42), who="vigie", what="recovered"),
        ),
        messages=(
            Notice(who="Acme SA", what="customer_opened", at=at(14), state="delivered"),
            Notice(who="Beta GmbH", what="customer_opened", at=at(14), state="sent"),
            Notice(who="Beta GmbH", what="customer_resolved", at=None, state="queued"),
        ),
        summary=section(
            "Both services answered with an error for 42 minutes.\n\nNo order was lost."
        ),
        analysis=section(
            "The primary database node lost its disk at 02:59.\n"
            "Root cause: the alarm on its wear was switched off in March, and nobody saw it."
        ),
        corrective=section("- switched over to the standby\n- replaced the disk"),
        preventive=section("Let the replica take over by itself."),
        approval=Approval(who="Carol Weber", at=at(900)),
        actions=(
            Action(
                what="Alarm on disk wear", owner="Dan Rossi", due=date(2026, 5, 29), done=at(999)
            ),
            Action(what="Automatic switch-over", owner="Eve García", due=date(2026, 6, 30)),
        ),
    )


def begun() -> IncidentReport:
    """A crisis of which nothing is known but that it began."""
    return IncidentReport(
        crisis="crisis-4",
        title="Crawler unavailable",
        services=(),
        started=START,
        ended=None,
        duration=None,
        timezone="Europe/Paris",
        state="open",
    )


def hostile() -> IncidentReport:
    """A crisis whose every text tries to be something else."""
    return IncidentReport(
        crisis=EVIL,
        title=EVIL,
        services=(EVIL, EVIL),
        started=START,
        ended=at(42),
        duration=EVIL,
        timezone="Europe/Paris",
        state=EVIL,
        trigger=EVIL,
        cause=EVIL,
        customers=(EVIL,) * 3,
        budgets=(
            Budget(
                contract=EVIL, customer=EVIL, period="2026", used="1 s", allowed="2 s", left=EVIL
            ),
        ),
        members=(Member(role=EVIL, name=EVIL),),
        timeline=(Happening(at=START, who=EVIL, what=EVIL),),
        messages=(Notice(who=EVIL, what=EVIL, at=START, state=EVIL),),
        summary=Section(text=EVIL, author=EVIL, at=START),
        analysis=Section(text=EVIL),
        corrective=Section(text=" \n ", author=EVIL),
        preventive=Section(text="x" * 5000),
        approval=Approval(who=EVIL, at=START),
        actions=(Action(what=EVIL, owner=EVIL, due=date(2026, 5, 29)),),
    )


def long() -> IncidentReport:
    """A crisis of two days with hundreds of events and customers."""
    text = "\n\n".join(f"Paragraph {n}. " + "It was looked into. " * 30 for n in range(12))
    return IncidentReport(
        crisis="crisis-5",
        title="Every service of the platform unavailable for more than two days in all regions",
        services=tuple(f"Service {n}" for n in range(40)),
        started=START,
        ended=at(3000),
        duration="50 h 0 min 0 s",
        timezone="Europe/Paris",
        state="resolved",
        trigger="anomaly",
        customers=tuple(f"Customer number {n}" for n in range(300)),
        timeline=tuple(
            Happening(at=at(5 * n), who="vigie", what=f"event {n} " + "and more " * (n % 9))
            for n in range(200)
        ),
        messages=tuple(
            Notice(who=f"Customer number {n}", what="customer_update", at=at(n), state="delivered")
            for n in range(100)
        ),
        summary=section(text),
        analysis=section(text),
    )


CASES = {"approved": approved, "begun": begun, "hostile": hostile, "long": long}
