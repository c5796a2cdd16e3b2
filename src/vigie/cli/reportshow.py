"""The commands that look at reports that are kept: list, show, diff."""

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from vigie import storing
from vigie.cli.answers import AsJson
from vigie.cli.registry import connected, plain, short
from vigie.counting import count
from vigie.errors import UsageError
from vigie.reporting import check_pdf, write

Directory = Annotated[Path, Parameter(name="--dir")]
WIDTH = 60  # of a value in `diff`


async def list_(
    *, contract: str | None = None, as_json: AsJson = False, directory: Directory = Path()
) -> int:
    """Show the reports that are kept, the newest periods first, and whether their chain holds.

    Ends with status 1 where it does not: a report was changed, or is missing.

    Parameters
    ----------
    contract
        Only those of one contract.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        reports = await storing.list_reports(connection, contract)
        faults = await storing.chain_faults(connection, contract)
    if as_json:
        print(json.dumps({"reports": reports, "faults": faults}, default=plain, indent=2))
    else:
        print("\n".join(map(_line, reports)) or "No report is kept.")
        for one in faults:
            what = one["report"] or "a report"
            print(f"chain of {one['contract']}, place {one['place']}: {what} {one['fault']}")
    return 1 if faults else 0


async def show(
    report: str,
    /,
    *,
    output: Annotated[Path | None, Parameter(name=["-o", "--output"])] = None,
    language: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Tell the story of a report, or write its file as it was made, byte by byte.

    Parameters
    ----------
    report
        Its key, such as acme/2026-05/r1.
    output
        The file to write.
    language
        In which language, where it has several; without it the first one.
    as_json
        Print one JSON object instead of text, with the frozen figures.
    directory
        The catalogue's directory.
    """
    if output:
        check_pdf(output)
    async with connected(directory) as connection:
        found = await storing.read_report(connection, report)
        events = await storing.report_events(connection, report)
        frozen = await storing.report_figures(connection, report) if as_json else None
        if output:
            _, content = await storing.report_file(connection, report, language)
            write(output, content)
    if as_json:
        told = {**found, "events": events, "figures": frozen}
        print(json.dumps(told, default=plain, indent=2, ensure_ascii=False))
    elif output:
        print(f"Wrote {output}: {report}, {found['state']}.")
    else:
        print("\n".join((_line(found), *_details(found), *map(_event, events))))


async def diff(
    report: str,
    since: str | None = None,
    /,
    *,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Show every figure that changed since an earlier revision, with both values, and why.

    Parameters
    ----------
    report
        Key of the later revision, such as acme/2026-05/r2.
    since
        Key of the earlier one; without it the one just before.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        later = await storing.read_report(connection, report)
        earlier = await storing.read_report(connection, since or _before(later))
        _check_order(later, earlier)
        changes = await storing.report_changes(connection, report, earlier["report"])
    if as_json:
        told = {"report": report, "since": earlier["report"], "reason": later["reason"]}
        print(json.dumps({**told, "changes": changes}, default=plain, indent=2))
        return
    print(f"{report} since {earlier['report']}: {later['reason']}")
    print("\n".join(map(_change, changes)) or "  No figure changed.")


def _before(later: dict[str, Any]) -> str:
    if later["revision"] == 1:
        raise UsageError(f"{later['report']}: is the first revision (there is none before)")
    stem = later["report"].rpartition("/r")[0]
    return f"{stem}/r{later['revision'] - 1}"


def _check_order(later: dict[str, Any], earlier: dict[str, Any]) -> None:
    same = all(later[name] == earlier[name] for name in ("contract", "scope", "period"))
    if not same or earlier["revision"] >= later["revision"]:
        raise UsageError(
            f"{earlier['report']} is no earlier revision of {later['report']}"
            " (write the later one first)"
        )


def _line(one: dict[str, Any]) -> str:
    percent = f"{one['percent']} %" if one["percent"] else "not applicable"
    parts = [one["report"], one["state"], percent, one["verdict"].replace("_", " ")]
    if one["state"] in ("draft", "objected") or (one["state"] == "failed" and not one["issued_at"]):
        parts.append(f"objections until {short(one['objections_until'])}")
    if one["issued_at"]:
        parts.append(f"issued {short(one['issued_at'])}")
    if one["open_objections"]:
        parts.append(f"{count(one['open_objections'], 'objection')} to answer")
    if one["replaced_by"]:
        word = "replaced" if one["state"] == "replaced" else "followed"
        parts.append(f"{word} by {one['replaced_by']}")
    return "  ".join(parts)


def _details(one: dict[str, Any]) -> list[str]:
    lines = [
        f"  made {short(one['made_at'])} by {one['made_by']}, definitions {one['sla_version']}"
    ]
    if one["due_at"]:
        lines.append(f"  due {short(one['due_at'])}")
    files = zip(one["languages"], one["bytes"], one["sha256"], strict=True)
    lines += [f"  {language}: {size} bytes, sha256 {digest}" for language, size, digest in files]
    lines.append(f"  place {one['place']} in the chain, {one['digest']}")
    return lines


def _event(one: dict[str, Any]) -> str:
    number = f" {one['objection']}" if one["objection"] else ""
    why = f": {one['reason']}" if one["reason"] else ""
    return f"  {short(one['at'])}  {one['kind']}{number} by {one['actor']}{why}"


def _change(one: dict[str, Any]) -> str:
    before, after = (_cell(one[side]) for side in ("before", "after"))
    return f"  {one['figure']}: {before} -> {after}"


def _cell(text: str | None) -> str:
    if text is None:
        return "nothing"
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
