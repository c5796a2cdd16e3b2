"""The file of a report against the one that is kept, byte for byte."""

from collections.abc import Iterator, Mapping
from typing import Any

import asyncpg

from vigie import storing
from vigie.reporting import Figures, Revision, digest
from vigie.settings import Settings
from vigie.verifying.carried import Carried
from vigie.verifying.checks import Check, judged
from vigie.verifying.container import Container


async def compare_with_kept(
    file: Container, held: Carried, settings: Settings
) -> tuple[Check, ...]:
    """Return whether a report is the kept file that it says it is; nothing of other documents.

    One that names no revision, though some are kept of its period, does not fail: it is told.
    """
    if not isinstance(held.told, dict):
        return ()
    revision, figures = held.told["report"].revision, held.told["figures"]
    async with storing.open_database(settings) as pool, pool.acquire() as connection:
        if revision is None:
            return await _private(connection, figures)
        return (await _kept(connection, file, revision),)


async def _private(connection: asyncpg.Connection, figures: Figures) -> tuple[Check, ...]:
    of = (figures.contract.key, figures.availability.scope, figures.period.name)
    newest = await storing.newest_report(connection, *of)
    if newest is None:
        return ()
    says = f"a private report, and no revision; {newest['report']} is kept"
    return (Check(name="kept", holds=None, says=says, is_due=False),)


async def _kept(connection: asyncpg.Connection, file: Container, revision: Revision) -> Check:
    key = revision.key
    found = await storing.kept_report(connection, key)
    if found is None:
        return Check(name="kept", holds=False, says=f"no report {key} is kept")
    faults = await storing.chain_faults(connection, found["contract"])
    problems = [*_differing(file, revision, found), *map(_fault, faults)]
    newer = f"; {found['replaced_by']} came after it" if found["replaced_by"] else ""
    well = f"{key} is kept, and this is that file; its chain holds{newer}"
    return judged("kept", problems, well=well)


def _differing(file: Container, revision: Revision, found: Mapping[str, Any]) -> Iterator[str]:
    kept = [line.split()[1] for line in found["files"]]
    this = digest(file.content)
    if this not in kept:
        yield (
            f"{revision.key} is kept, and this is not that file: the SHA-256 of this one is {this},"
            f" kept is {' or '.join(kept)}"
        )
    if revision.before_digest != found["previous"]:
        yield f"the chain has {found['previous'] or 'nothing'} before {revision.key}"


def _fault(one: Mapping[str, Any]) -> str:
    what = one["report"] or "a report"
    return f"chain of {one['contract']}, place {one['place']}: {what} {one['fault']}"
