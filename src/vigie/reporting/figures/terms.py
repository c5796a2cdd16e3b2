"""The terms of a contract in a period: fetched through named queries, reshaped, never computed."""

from collections.abc import Sequence

import asyncpg

from vigie.reporting.figures.rows import Row, record, rows
from vigie.reporting.figures.termrecords import Clause, Contract, Opening, Split, Version


def contract_of(terms: Row) -> Contract:
    """Return the terms of a row of `report_terms`."""
    return record(Contract, terms, clauses=_clauses(terms), outside_hours=_hours(terms))


async def split_of(
    connection: asyncpg.Connection, contract: str, scope: str, span: object, terms: Sequence[Row]
) -> Split | None:
    """Return how a period is judged that meets several *terms*, the latest first.

    None where the latest ones alone judge the scope.
    """
    latest = terms[0]["version_id"]
    if len(terms) == 1:
        return None
    parts = await rows(connection, "report_split", contract, scope, span)
    if [part["version_id"] for part in parts] in ([], [latest]):
        return None
    of = {one["version_id"]: contract_of(one) for one in terms}
    versions = (record(Version, part, contract=of[part["version_id"]]) for part in parts)
    down_s, unjudged_s = parts[0]["all_down_s"], parts[0]["unjudged_s"]
    return Split(down_s=down_s, unjudged_s=unjudged_s, versions=tuple(versions))


def _clauses(terms: Row) -> tuple[Clause, ...]:
    pairs = zip(terms["clause_terms"], terms["clause_names"], strict=True)
    return tuple(Clause(term=term, clause=clause) for term, clause in pairs)


def _hours(terms: Row) -> tuple[Opening, ...]:
    pairs = zip(terms["outside_days"], terms["outside_times"], strict=True)
    return tuple(Opening(weekdays=tuple(map(int, days)), hours=hours) for days, hours in pairs)
