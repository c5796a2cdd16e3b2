"""`/ack/TOKEN`: where people say that they have a message.

Only the button says it: programs that scan mail open every link.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg
from aiohttp import web

from vigie import clock
from vigie.errors import ExpiredLinkError, LinkError, UsageError
from vigie.storing import DATABASE_TROUBLE, Acknowledged, Question
from vigie.watching import acknowledge_link, open_link

ACQUIRE_S = 10.0
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",  # the address is the permission
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
STYLE = (
    "body{font:18px/1.5 system-ui,sans-serif;max-width:32em;margin:3em auto;padding:0 1em}"
    "button{font:inherit;padding:.6em 1.2em}"
)
Database = Callable[[], asyncpg.Pool | None]  # None: it was not reached yet
BUTTON = '<form method="post"><button type="submit">I take it</button></form>'


def add_acknowledging(app: web.Application, database: Database) -> None:
    """Let *app* take acknowledgements."""

    async def ask(request: web.Request) -> web.Response:
        async with reached(database).acquire(timeout=ACQUIRE_S) as connection:
            question = await open_link(connection, request.match_info["token"], clock.now())
        if question.answered:
            return _page(200, _taken(question.answered), _about(question))
        if question.over:
            return _page(200, _over(question), _about(question))
        return _page(200, _about(question), "Acknowledge it?", BUTTON)

    async def answer(request: web.Request) -> web.Response:
        token, now = request.match_info["token"], clock.now()
        async with reached(database).acquire(timeout=ACQUIRE_S) as connection:
            question = await open_link(connection, token, now)
            done = await acknowledge_link(connection, token, now)
        if not done.first:
            return _page(409, f"Nothing was changed: {_taken(done)}")
        if question.over:
            return _page(200, _over(question), _taken(done))
        return _page(200, f"Thank you: {_taken(done)}")

    app.router.add_get("/ack/{token}", plainly(ask))  # HEAD, too
    app.router.add_post("/ack/{token}", plainly(answer))


def reached(database: Database) -> asyncpg.Pool:
    """Return the pool of *database*; raises ConnectionError while there is none."""
    pool = database()
    if pool is None:
        raise ConnectionError("the database was not reached yet")
    return pool


Handler = Callable[[web.Request], Awaitable[web.Response]]


def plainly(handler: Handler) -> Handler:
    """Answer what goes wrong with a page of its own."""

    async def handled(request: web.Request) -> web.Response:
        try:
            response = await handler(request)
        except ExpiredLinkError as error:
            response = _page(410, str(error))
        except LinkError as error:
            response = _page(404, str(error))
        except UsageError as error:
            response = _page(409, str(error))
        except DATABASE_TROUBLE:
            response = _page(503, "The database does not answer (try again in a minute).")
        if request.can_read_body:
            response.force_close()  # rather than read what nobody wants
        return response

    return handled


def _page(status: int, *lines: str) -> web.Response:
    """Return a page of *lines*, the first of them as its title; only the button is HTML."""
    title, *rest = (line if line == BUTTON else escape(line) for line in lines)
    body = "".join(line if line == BUTTON else f"<p>{line}</p>" for line in rest)
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}</style><h1>{title}</h1>{body}</html>"
    )
    return web.Response(status=status, text=text, content_type="text/html", headers=HEADERS)


def _name(question: Question) -> str:
    facts = question.facts
    return str(facts.get("crisis") or facts.get("incident") or question.kind)


def _over(question: Question) -> str:
    return f"Nobody is called any more: {_name(question)} is {question.over}."


def _about(question: Question) -> str:
    facts = question.facts
    services = ", ".join(str(one["name"]) for one in facts.get("services") or ())
    name = _name(question)
    since = _when(facts.get("started"), facts.get("timezone"))
    about = f"{name}: {services} since {since}" if services and since else name
    return f"{about}, for {facts.get('name') or question.recipient}"


def _taken(answered: Acknowledged) -> str:
    return f"{answered.by} acknowledged it at {answered.at:%Y-%m-%d %H:%M:%S} UTC."


def _when(instant: object, timezone: object) -> str | None:
    if not isinstance(instant, str):
        return None
    try:
        zone = ZoneInfo(str(timezone or "UTC"))
        return f"{datetime.fromisoformat(instant).astimezone(zone):%Y-%m-%d %H:%M %Z}"
    except (ValueError, ZoneInfoNotFoundError):
        return instant
