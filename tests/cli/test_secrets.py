"""Planted secrets, a target that echoes every one of them, and a search for them everywhere."""

import asyncio
import html
import json
import os
import sys
from asyncio.subprocess import PIPE
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

import aiohttp
import asyncpg
import pikepdf
import pytest
from tests.cli.processes import Wire, until, vigie

PLANTED = {
    "PLANTED_PATH": "p4th+S3cret/withNoSpace=&<>",
    "PLANTED_QUERY": "qu3ryS3cret%20é",
    "PLANTED_HEADER": "h3aderS3cret" * 12,  # longer than what a detail shows
    "PLANTED_BEARER": "eyJhbGciOi" + "b3arerS3cret" * 20,
    "PLANTED_PASSWORD": "passw0rd:S3cret",
    "PLANTED_PROXY": "pr0xyS3cret",
    "PLANTED_URL": "n0urlS3cret" * 8,
}
IN_FILE = "f1leS3cret\nsecondS3cretLine"
SENT_PLAIN = ("PLANTED_PATH", "PLANTED_QUERY", "PLANTED_HEADER", "PLANTED_BEARER")
PLAN = "key: plain\n"
CONTRACT = """\
key: shop
customer: {key: shop, name: Shop, language: en}
plan: plain
timezone: UTC
from: 2026-01-01
services: {essential: [shop]}
"""
CATALOGUE = """\
services:
  - key: shop
    name: Shop
    allow: [loopback]
    endpoints:
"""
PACE = "every: 1s, edge_every: 1s, timeout: 400ms, retries: []"
PASSWORD = "{user: probe, password: '${env:PLANTED_PASSWORD}'}"
ENDPOINTS = {
    "path": "http: '{url}/body/${{env:PLANTED_PATH}}'",
    "query": "http: '{url}/body?q=${{env:PLANTED_QUERY}}'",
    "header": "http: '{url}/header', headers: {{X-Key: '${{env:PLANTED_HEADER}}'}},"
    " expect: {{header: {{X-Echo: other}}}}",
    "sent": "http: '{url}/body', method: POST, body: '${{file:{folder}/secret}}'",
    "json": "http: '{url}/json', headers: {{X-Key: '${{env:PLANTED_HEADER}}'}},"
    " expect: {{json: {{echo: other}}}}",
    "bearer": "http: '{url}/redirect', auth: {{bearer: '${{env:PLANTED_BEARER}}'}}",
    "chain": "http: '{url}/origin', auth: {{bearer: '${{env:PLANTED_BEARER}}'}}",
    "basic": "http: '{url}/noise', auth: {{basic: {password}}}",
    "login": "http: '{url}/body', auth: {{basic: {password}}}",
    "proxy": "http: '{url}/body', proxy: {{url: '{url}', basic:"
    " {{user: probe, password: '${{env:PLANTED_PROXY}}'}}}}",
    "tunnel": "http: 'https://127.0.0.1:9/', proxy: {{url: '{url}', basic:"
    " {{user: probe, password: '${{env:PLANTED_PROXY}}'}}}}",
    "steps": "steps: [{{url: '{url}/json', headers: {{X-Key: '${{env:PLANTED_HEADER}}'}},"
    " capture: {{it: $.echo}}}}, {{name: next, url: '{url}/header', headers: {{X-Key:"
    " '{{{{it}}}}'}}, expect: {{header: {{X-Echo: other}}}}}}]",
    "broken": "http: '${{env:PLANTED_URL}}'",
}


def forms() -> Iterator[str]:
    """Every shape in which one of them could be found, in lower case."""
    for value in (*PLANTED.values(), *IN_FILE.splitlines()):
        yield value.lower()
        yield quote(value).lower()
        yield quote(value, safe="").lower()
        yield html.escape(value).lower()
        yield value[:24].lower()  # cut
    yield from map(str.lower, logins())


def logins() -> Iterator[str]:
    """What Basic makes of them."""
    for name in ("PLANTED_PASSWORD", "PLANTED_PROXY"):
        yield b64encode(f"probe:{PLANTED[name]}".encode()).decode()


def leaked(text: str) -> list[str]:
    lowered = text.lower()
    return [form for form in forms() if form in lowered]


class Echo:
    """A target, and a proxy, that answers with whatever it was told."""

    def __init__(self) -> None:
        self.heard = ""
        self.url = ""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")),
            0,
        )
        told = (head + await reader.readexactly(length)).decode()
        self.heard += told
        writer.write(self._answer(told))
        await writer.drain()
        writer.close()

    def _answer(self, told: str) -> bytes:
        path = told.split(" ")[1].removeprefix(self.url)
        words = told.replace("\r\n", " ")
        every = f"{told}\n{quote(told)}\n{html.escape(told)}\n{json.dumps(told)}\n{words.lower()}"
        headers = dict(line.split(": ", 1) for line in told.split("\r\n") if ": " in line)
        key = headers.get("X-Key", "")
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if path.startswith("/header"):
            return _page("200 OK", every, f"X-Echo: {key}")
        if path.startswith("/json"):
            return _page("200 OK", json.dumps({"echo": key}))
        if path.startswith("/redirect"):
            return _page("302 Found", every, f"Location: gopher://{token}/{token}")
        if path.startswith("/origin"):
            return _page("302 Found", every, f"Location: http://{token[:60]}.invalid/{token}")
        if path.startswith("/noise"):
            return f"{token} {every}".encode()
        return _page("500 Internal Server Error", every)


def _page(status: str, content: str, *headers: str) -> bytes:
    body = content.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    made = Echo()
    server = await asyncio.start_server(made, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()


@pytest.fixture
def place(tmp_path: Path, echo: Echo, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in PLANTED.items():
        monkeypatch.setenv(name, value)
    made = tmp_path / "vigie"
    for name in ("probes", "reports/contracts", "reports/plans"):
        (made / name).mkdir(parents=True)
    (tmp_path / "secret").write_text(IN_FILE)
    fill = {"url": echo.url, "folder": tmp_path, "password": PASSWORD}
    lines = [f"      - {{key: {k}, {v.format(**fill)}, {PACE}}}\n" for k, v in ENDPOINTS.items()]
    (made / "probes/shop.yaml").write_text(CATALOGUE + "".join(lines))
    (made / "reports/contracts/shop.yaml").write_text(CONTRACT)
    (made / "reports/plans/plain.yaml").write_text(PLAN)
    return made


async def typed(*arguments: str, folder: Path, database: str) -> str:
    """Return all that a command says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from vigie.cli import main; main()", *arguments),
        cwd=folder,
        env=os.environ | {"VIGIE_DATABASE_URL": database, "COLUMNS": "400"},
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await process.communicate()
    return (out + err).decode()


async def everything(database: str) -> dict[str, str]:
    """Return every row of every table as text, by table."""
    connection = await asyncpg.connect(database)
    tables = await connection.fetch(
        "select format('%I.%I', n.nspname, c.relname) as name from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'p') and n.nspname in ('fact', 'sla') or c.relname = 'attempt'"
    )
    found = {}
    for (name,) in tables:
        rows = await connection.fetch(f"select t::text as row from {name} as t")
        found[name] = "\n".join(row["row"] for row in rows)
    await connection.close()
    return found


async def pages(said: list[str]) -> str:
    """Return what the running process serves."""
    listening = next(json.loads(line) for line in said if "http://" in line)
    url = next(v for v in listening.values() if isinstance(v, str) and v.startswith("http://"))
    texts = []
    async with aiohttp.ClientSession() as session:
        for path in ("/healthz", "/readyz", "/metrics"):
            async with session.get(url + path) as answer:
                texts.append(await answer.text())
    return "\n".join(texts)


def files(folder: Path) -> str:
    return "\n".join(
        path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file()
    )


def text_of(pdf: Path) -> str:
    """Return all that is in a PDF, its streams unpacked."""
    with pikepdf.open(pdf) as opened:
        streams = [o.read_bytes() for o in opened.objects if isinstance(o, pikepdf.Stream)]
        return "\n".join(stream.decode(errors="replace") for stream in streams) + repr(
            opened.docinfo
        )


async def test_planted_secrets_are_found_nowhere(echo: Echo, place: Path, database: str) -> None:
    wire = Wire(database)
    await wire.join()
    await wire.cut()
    run = ("run", "--listen", "127.0.0.1:0")
    async with vigie(*run, folder=place, database=wire.url) as running:
        await until(lambda: echo.heard.count("GET ") > 3 * len(ENDPOINTS))
        await running.end()
    said = list(running.said)
    spooled = files(place / ".vigie")
    async with vigie(*run, folder=place, database=database) as running:
        await until(lambda: any("http://" in line for line in running.said))
        served = await pages(running.said)
        await until(lambda: not list(place.glob(".vigie/spool/*.jsonl")))
        await running.end()
    said += running.said
    stored = await everything(database)
    month = f"{datetime.now(UTC):%Y-%m}"
    commands = {
        "sla": ["sla", "shop", "--month", month, "--json"],
        "report": ["report", "shop", "--month", month, "-o", "shop.pdf"],
        "check": ["check"],
        "test": ["test", "path"],
        "test --json": ["test", "chain", "--json"],
    }
    told = {
        name: await typed(*arguments, folder=place, database=database)
        for name, arguments in commands.items()
    }

    # They were sent, and echoed where people read: otherwise this would prove nothing.
    sent = unquote(echo.heard)
    assert [] == [v for n, v in PLANTED.items() if n in SENT_PLAIN and unquote(v) not in sent]
    assert [] == [form for form in logins() if form not in echo.heard]
    assert "***" in spooled
    assert "***" in stored["sla.attempt"]
    assert set(ENDPOINTS) <= {row[1:].split(",")[0] for row in stored["sla.attempt"].split("\n")}
    places = {
        "log": "\n".join(said),
        "spool": spooled,
        "pages": served,
        "pdf": text_of(place / "shop.pdf"),
        **stored,
        **told,
    }
    assert {} == {where: found for where, text in places.items() if (found := leaked(text))}
