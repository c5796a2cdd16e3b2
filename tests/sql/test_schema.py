import re
from pathlib import Path

import asyncpg
import pytest

ROOT = Path(__file__).parents[2]

# Indexes of constraints and partitions are made by PostgreSQL and named after their owner.
UNCOMMENTED = """
with
object as (
    select 'pg_namespace'::regclass as catalog, oid, nspname as name, nspname as schema
    from pg_namespace
    union all
    select 'pg_class'::regclass, relation.oid, relname, relnamespace::regnamespace::name
    from pg_class as relation
    where relation.relkind in ('r', 'p', 'v', 'm', 'i', 'I', 'f')
        and not relation.relispartition
        and not exists (select from pg_constraint where conindid = relation.oid)
    union all
    select 'pg_type'::regclass, oid, typname, typnamespace::regnamespace::name
    from pg_type
    where typtype in ('e', 'd')
    union all
    select 'pg_proc'::regclass, oid, proname, pronamespace::regnamespace::name
    from pg_proc
)
select object.schema || '.' || object.name
from object
where object.schema = any($1)
    and obj_description(object.oid, object.catalog::regclass::name) is null
order by 1
"""


@pytest.mark.parametrize("schema", ["fact", "sla", "vigie_meta"])
async def test_every_object_has_a_comment(connection: asyncpg.Connection, schema: str) -> None:
    found = await connection.fetch(UNCOMMENTED, [schema])
    assert [row[0] for row in found] == []


async def test_an_object_without_comment_is_noticed(connection: asyncpg.Connection) -> None:
    """The query above must be able to find something."""
    await connection.execute(
        "create table fact.silent_table (n integer);"
        "create index silent_index on fact.silent_table (n);"
        "create view sla.silent_view as select 1 as n;"
        "create function sla.silent_function() returns integer language sql return 1;"
    )
    found = await connection.fetch(UNCOMMENTED, ["fact", "sla"])
    assert {
        "fact.silent_table",
        "fact.silent_index",
        "sla.silent_view",
        "sla.silent_function",
    } <= {row[0] for row in found}


async def test_the_readme_names_every_public_view_and_function(
    connection: asyncpg.Connection,
) -> None:
    readme = (ROOT / "sql" / "README.md").read_text(encoding="utf-8")
    found = await connection.fetch("select distinct object from sla.dictionary order by 1")
    objects = [row["object"].removeprefix("sla.") for row in found]

    assert {"availability", "dropped_day", "readings"} <= set(objects)
    assert [one for one in objects if not re.search(rf"`sla\.{one}\b", readme)] == []


UNEXPLAINED = (
    "select object, name from sla.dictionary where coalesce(comment, '') = '' order by 1, 2"
)


async def test_every_public_view_column_and_function_is_explained(
    connection: asyncpg.Connection,
) -> None:
    found = await connection.fetch(UNEXPLAINED)

    assert [tuple(row) for row in found] == []


async def test_a_column_without_comment_is_noticed(connection: asyncpg.Connection) -> None:
    await connection.execute(
        "create view sla.silent_view as select 1 as n;"
        "comment on view sla.silent_view is 'One row.';"
        "create function sla.silent_function(n integer) returns integer language sql return 1;"
    )
    found = await connection.fetch(UNEXPLAINED)

    assert [tuple(row) for row in found] == [
        ("silent_function", "n integer"),
        ("silent_view", "n"),
    ]


async def test_the_comment_of_a_public_view_tells_grain_and_key(
    connection: asyncpg.Connection,
) -> None:
    found = await connection.fetch(
        "select object from sla.dictionary where kind = 'view' and name is null"
        " and comment !~ '^One row per [^.]+\\. .*Key: '"
    )

    assert [row["object"] for row in found] == []


async def test_distributed_tables_have_no_triggers_and_no_foreign_keys(
    connection: asyncpg.Connection,
) -> None:
    """They are to be spread over several servers by endpoint_id."""
    tables = ["fact.result", "fact.attempt", "fact.endpoint_day"]
    found = await connection.fetchval(
        "select (select count(*) from pg_trigger where tgrelid = any($1::text[]::regclass[]))"
        " + (select count(*) from pg_constraint"
        " where contype = 'f' and conrelid = any($1::text[]::regclass[]))",
        tables,
    )
    assert found == 0


async def test_distributed_tables_have_endpoint_id_first_in_their_key(
    connection: asyncpg.Connection,
) -> None:
    found = await connection.fetch("""
        select conrelid::regclass::text, attname
        from pg_constraint
        inner join pg_attribute on conrelid = attrelid and conkey[1] = attnum
        where contype = 'p' and conrelid in (
            'fact.result'::regclass, 'fact.attempt'::regclass, 'fact.endpoint_day'::regclass
        )
        order by 1
    """)
    assert [tuple(row) for row in found] == [
        ("fact.attempt", "endpoint_id"),
        ("fact.endpoint_day", "endpoint_id"),
        ("fact.result", "endpoint_id"),
    ]
