"""The shipped calendars, in the database that computes with them."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import asyncpg

from vigie import paths
from vigie.catalogue import Catalogue
from vigie.storing import apply_catalogue

Good = Callable[[Mapping[str, str]], Catalogue]

NOW = datetime(2026, 6, 15, tzinfo=UTC)
HOUR, DAY = 3600, 86400
REGIONS = ("ima-middle-east-ae", "ima-middle-east-gold-ae", "leifos-de-by")
# Calendar, local days or instants from and to, open seconds.
CASES = [
    # A Wednesday: 3.5 h, lunch, 4.5 h.
    ("lengow-support", "2026-07-01 00:00+02", "2026-07-02 00:00+02", 8 * HOUR),
    ("lengow-office", "2026-07-01 00:00+02", "2026-07-02 00:00+02", 9.5 * HOUR),
    # 9 o'clock in Paris is 8 o'clock in UTC+1 all summer, and 9 o'clock in winter.
    ("lengow-support", "2026-07-01 09:00+02", "2026-07-01 10:00+02", HOUR),
    ("lengow-support-utc1", "2026-07-01 09:00+02", "2026-07-01 10:00+02", 0),
    ("lengow-support-utc1", "2026-12-01 09:00+01", "2026-12-01 10:00+01", HOUR),
    # Republic Day, a Tuesday: closed, but Gold answers on bank holidays and on Saturdays.
    ("ima-europe", "2026-06-02 00:00+02", "2026-06-03 00:00+02", 0),
    ("ima-europe-gold", "2026-06-02 00:00+02", "2026-06-03 00:00+02", 9 * HOUR),
    ("ima-europe-gold", "2026-06-06 00:00+02", "2026-06-07 00:00+02", 9 * HOUR),
    # Sunday and Friday, west and east of the border of the Emirates.
    ("ima-middle-east", "2026-06-07 00:00+04", "2026-06-08 00:00+04", 9 * HOUR),
    ("ima-middle-east", "2026-06-05 00:00+04", "2026-06-06 00:00+04", 0),
    ("ima-middle-east-ae", "2026-06-07 00:00+04", "2026-06-08 00:00+04", 0),
    ("ima-middle-east-ae", "2026-06-05 00:00+04", "2026-06-06 00:00+04", 9 * HOUR),
    ("ima-middle-east-gold-ae", "2026-06-06 00:00+04", "2026-06-07 00:00+04", 6 * HOUR),
    # Sunday 18:00 to Friday 18:00.
    ("ol-24x5", "2026-06-07 00:00-04", "2026-06-14 00:00-04", 5 * DAY),
    # Labor Day: 6 h of Sunday, then Tuesday 00:00 to Friday 18:00.
    ("ol-24x5", "2026-09-06 00:00-04", "2026-09-13 00:00-04", 6 * HOUR + 3 * DAY + 18 * HOUR),
    # Good Friday: 6 h of Sunday, Monday to Thursday.
    ("ol-24x5", "2026-03-29 00:00-04", "2026-04-05 00:00-04", 6 * HOUR + 4 * DAY),
    # The same week on every day: Good Friday is out, Sunday to Thursday and Saturday are in.
    ("ol-24x7", "2026-03-29 00:00-04", "2026-04-05 00:00-04", 6 * DAY),
    # Epiphany is a holiday in Bavaria, not in the whole of Germany; Christmas Eve is closed.
    ("leifos", "2026-01-06 00:00+01", "2026-01-07 00:00+01", 8 * HOUR),
    ("leifos-de-by", "2026-01-06 00:00+01", "2026-01-07 00:00+01", 0),
    ("leifos", "2026-12-24 00:00+01", "2026-12-25 00:00+01", 0),
]


def test_open_seconds_are_those_of_the_documents(good: Good, database: str) -> None:
    found = good({"reports/contracts/acme.yaml": contract()})
    seconds = asyncio.run(ask(found, database))

    assert {case[:3]: case[3] for case in CASES} == seconds


def contract() -> str:
    """Return a contract that uses every shipped calendar, and some variants."""
    shipped = sorted(path.stem for path in (paths.REPORTS / "calendars").glob("*.yaml"))
    lines = [f"    r{index}: {key}" for index, key in enumerate((*shipped, *REGIONS))]
    return "\n".join(
        [
            "key: acme",
            "customer: {key: acme, name: Acme SA, language: fr}",
            "plan: lengow-premium",
            "timezone: Europe/Paris",
            "from: 2026-01-01",
            "services: {essential: [api]}",
            "terms:",
            "  support:",
            "   calendar_by_region:",
            *lines,
        ]
    )


async def ask(found: Catalogue, database: str) -> dict[tuple[str, str, str], float]:
    connection = await asyncpg.connect(database)
    try:
        await apply_catalogue(connection, found, NOW)
        return {
            (key, starts, ends): float(await connection.fetchval(ASK, key, starts, ends))
            for key, starts, ends, _ in CASES
        }
    finally:
        await connection.close()


ASK = """
select sla.working_seconds(
    $1, tstzrange($2::text::timestamptz, $3::text::timestamptz)
)
"""
