"""`/report/LANGUAGE/TOKEN`: where a report is fetched that was too large for a mail."""

from aiohttp import web

from vigie import clock
from vigie.serving.acknowledging import ACQUIRE_S, HEADERS, Database, plainly, reached
from vigie.watching import open_file_link


def add_fetching(app: web.Application, database: Database) -> None:
    """Let *app* give out reports."""

    async def fetch(request: web.Request) -> web.Response:
        language, token = (request.match_info[name] for name in ("language", "token"))
        async with reached(database).acquire(timeout=ACQUIRE_S) as connection:
            name, content = await open_file_link(connection, language, token, clock.now())
        headers = {**HEADERS, "content-disposition": f'attachment; filename="{name}"'}
        return web.Response(body=content, content_type="application/pdf", headers=headers)

    # No HEAD: it would count as opened.
    app.router.add_get("/report/{language:[a-z]{2}}/{token}", plainly(fetch), allow_head=False)
