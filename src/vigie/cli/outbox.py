"""The commands of `vigie outbox`: what people were told, and what could not be told."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import asyncpg
from cyclopts import App, Parameter

from vigie import storing
from vigie.cli.answers import AsJson, answer
from vigie.cli.registry import connected, plain, short
from vigie.cli.who import operator
from vigie.errors import UsageError

app = App(name="outbox", help="See which messages were sent, and send again what was not.")

Directory = Annotated[Path, Parameter(name="--dir")]
State = Literal["queued", "sent", "delivered", "bounced", "acknowledged", "dead"]


@app.command(name="list")
async def list_(
    *,
    state: State | None = None,
    limit: int = 50,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Show messages, the newest first, and what came of them.

    Parameters
    ----------
    state
        Only those that wait (queued), were taken by a server (sent), arrived (delivered), came
        back (bounced), were answered (acknowledged), or reached nobody (dead).
    limit
        How many at most.
    as_json
        Print one JSON list instead of text.
    directory
        The catalogue's directory.
    """
    if limit < 1:
        raise UsageError(f"--limit: {limit} shows nothing (write 1 or more)")
    async with connected(directory) as connection:
        messages = await storing.list_messages(connection, state, limit)
    if as_json:
        print(json.dumps(messages, default=plain, indent=2))
    elif messages:
        print("\n".join(line for message in messages for line in _lines(message)))
    else:
        print(f"No message is {state}." if state else "No message was queued yet.")


@app.command
async def show(message: str, *, as_json: AsJson = False, directory: Directory = Path()) -> None:
    """Tell the story of one message: every attempt, and what came of it.

    Parameters
    ----------
    message
        Its number or its key, as `vigie outbox list` shows them.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        message_id = await storing.find_message(connection, message)
        told = await storing.read_message(connection, message_id)
        events = await storing.message_events(connection, message_id)
    if as_json:
        print(json.dumps({**told, "events": events}, default=plain, indent=2))
        return
    print("\n".join((*_lines(told), *map(_event, events))))


@app.command
async def retry(
    *messages: str,
    dead: bool = False,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Send messages again that reached nobody, from their first channel on.

    Parameters
    ----------
    messages
        Their numbers or keys, as `vigie outbox list` shows them.
    dead
        All that reached nobody.
    by
        Who asks for it; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    if bool(messages) == dead:
        raise UsageError("outbox retry: name the messages, or write --dead (one of them)")
    async with connected(directory) as connection:
        ids = await _chosen(connection, messages)
        async with connection.transaction():
            for message_id in ids:
                await storing.retry_message(connection, message_id, by=operator(by))
    said = "\n".join(f"{message_id} is queued." for message_id in ids) or "No message is dead."
    answer(said, as_json=as_json, queued=ids)


@app.command
async def mark(
    message: str,
    state: Literal["delivered", "bounced"],
    *,
    reason: str,
    by: str | None = None,
    as_json: AsJson = False,
    directory: Directory = Path(),
) -> None:
    """Write down that a message that was sent arrived, or came back; then its next channel is used.

    Parameters
    ----------
    message
        Its number or its key, as `vigie outbox list` shows them.
    state
        delivered: somebody has it; bounced: it came back.
    reason
        How that is known: an answer, the words of the mail server.
    by
        Who found out; default: the user of this computer.
    as_json
        Print one JSON object instead of text.
    directory
        The catalogue's directory.
    """
    async with connected(directory) as connection:
        message_id = await storing.find_message(connection, message)
        now = await storing.mark_message(
            connection, message_id, state, by=operator(by), reason=reason
        )
    answer(f"{message_id} is {now}.", as_json=as_json, message=message_id, state=now)


async def _chosen(connection: asyncpg.Connection, names: tuple[str, ...]) -> list[int]:
    if not names:
        return await storing.dead_messages(connection)
    found = [await storing.find_message(connection, name) for name in names]
    return list(dict.fromkeys(found))  # each once


def _lines(message: dict[str, Any]) -> Iterator[str]:
    """Yield a message in lines that a narrow terminal does not cut: its number first."""
    about = message["crisis"] or message["incident"]
    yield f"{message['message']}  {message['kind']}  {message['recipient']}  {message['state']}"
    yield f"  key: {message['key']}" + (f", about {about}" if about else "")
    yield f"  queued {short(message['queued_at'])}{_ends(message)}"
    if message["attempts"]:
        yield f"  tried {_times(message['attempts'])}, last by {message['channel']}"
    if message["error"]:
        yield f"  error: {message['error']}"


def _ends(message: dict[str, Any]) -> str:
    known = (word for word in ("sent", "delivered", "acknowledged") if message[f"{word}_at"])
    return "".join(f", {word} {short(message[f'{word}_at'])}" for word in known)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _event(event: dict[str, Any]) -> str:
    detail = event["detail"]
    by = f" by {who}" if (who := event["channel"] or detail.get("by")) else ""
    why = next((f": {detail[name]}" for name in ("why", "reference") if detail.get(name)), "")
    return f"  {event['at']:%Y-%m-%d %H:%M:%S}Z  {event['kind']}{by}{why}"
