"""Names, types and comments of the public schema are a contract: a change must show in review.

`VIGIE_RENEW_SNAPSHOT=1 .venv/bin/pytest tests/sql/test_snapshot.py` renews the text.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import asyncpg

SNAPSHOT = Path(__file__).with_name("sla.snapshot")
PUBLIC = """
select kind, object, name, type, comment
from sla.dictionary
order by kind collate "C", object collate "C", name collate "C" nulls first
"""


def told(rows: Iterable[asyncpg.Record]) -> Iterator[str]:
    for row in rows:
        if row["kind"] == "function":
            columns = row["type"].replace(", ", ",\n    ").replace("TABLE(", "TABLE(\n    ")
            yield f"function {row['object']}({row['name']}) returns {columns}"
        elif row["name"] is None:
            yield f"view {row['object']}"
        else:
            yield f"view {row['object']}, column {row['name']} {row['type']}"
        yield f"    {row['comment']}"


async def test_the_public_schema_is_as_it_was_reviewed(connection: asyncpg.Connection) -> None:
    actual = "".join(f"{line}\n" for line in told(await connection.fetch(PUBLIC)))
    if os.environ.get("VIGIE_RENEW_SNAPSHOT"):
        SNAPSHOT.write_text(actual, encoding="utf-8")

    # A difference that is meant: run the command above and commit the file.
    assert SNAPSHOT.read_text(encoding="utf-8").splitlines() == actual.splitlines()


async def test_a_changed_type_would_be_seen(connection: asyncpg.Connection) -> None:
    await connection.execute(
        "drop view sla.attempt; create view sla.attempt as select 1::bigint as attempt"
    )
    lines = set(told(await connection.fetch(PUBLIC)))

    assert "view attempt, column attempt bigint" in lines - set(SNAPSHOT.read_text().splitlines())
