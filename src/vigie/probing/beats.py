"""Listening for beats: whose they are, since when we listen, and what was told.

Silence says something only where somebody listened. So a file says since when each endpoint is
listened for, and its time of change until when; a pause as short as a restart does not count,
because callers try again.
"""

import asyncio
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path

import structlog

from vigie import clock
from vigie.probing.failure import Failed
from vigie.probing.heard import (
    Heard,
    Signal,
    after,
    from_us,
    read_heard,
    to_us,
    write_heard,
    write_through,
)
from vigie.probing.placeholder import resolved
from vigie.probing.result import Reason
from vigie.probing.trace import Trace

PAUSE = timedelta(seconds=30)  # a caller must try again for so long
TICK_S = 5.0
TOKEN = re.compile(r"[A-Za-z0-9_.~-]{16,200}")
WEAK = "its token is not 16 to 200 of A-Z a-z 0-9 - _ . ~ (make one: openssl rand -hex 16)"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What can be told of an endpoint: what it said, and since when nothing it says is lost."""

    heard: Heard
    since: datetime


_listener: ContextVar[Callable[[str], Known] | None] = ContextVar("listener", default=None)


@contextmanager
def listened(listener: Callable[[str], Known]) -> Iterator[None]:
    """Let the probes that begin in this block ask *listener* what an endpoint said."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def known(key: str) -> Known:
    """Return what is known of the endpoint *key*; raises Failed when nobody listens."""
    listener = _listener.get()
    if listener is None:
        raise Failed(Reason.INTERNAL, "this process does not listen for beats (use vigie run)")
    return listener(key)


class Beats:
    """The beats that come to one location; their files lie in *directory*."""

    def __init__(self, directory: Path, location: str) -> None:
        self._directory = directory
        self._log = _log_of(directory, location)
        self._tokens: dict[bytes, tuple[str, str]] = {}  # digest: token, key
        self._problems: dict[str, str] = {}
        self._heard: dict[str, Heard] = {}
        self._since, self._until = _read_log(self._log)
        self._locks: dict[str, asyncio.Lock] = {}

    def arm(self, tokens: Mapping[str, str], problems: Mapping[str, str]) -> None:
        """Listen for the endpoints in *tokens* (key: token as written) and no others.

        *problems* are those for which listening would be wrong. Raises OSError.
        """
        now = clock.now()
        if now - self._until > PAUSE:
            self._since = {}  # what was said meanwhile is lost
        self._problems, self._tokens = dict(problems), {}
        for key, written in tokens.items():
            self._take_token(key, written)
            self._heard[key] = self._heard.get(key) or self._read(key)
            self._locks.setdefault(key, asyncio.Lock())
        self._since = {key: self._since.get(key, now) for key in tokens}
        self._until = now
        if tokens:
            self._write_log()

    def _take_token(self, key: str, written: str) -> None:
        try:
            token = resolved(written, Trace(number=1))
        except Failed as failure:
            self._problems[key] = failure.detail
            return
        digest = sha256(token.encode(errors="replace")).digest()
        other = self._tokens.get(digest)
        if not TOKEN.fullmatch(token):
            self._problems[key] = WEAK
        elif other:
            self._problems[key] = f"its token is that of {other[1]} (write another one)"
        else:
            self._tokens[digest] = token, key

    def _read(self, key: str) -> Heard:
        path = self._path(key)
        try:
            return read_heard(path)
        except FileNotFoundError:
            return Heard()
        except ValueError as error:
            log.warning("beats: those before now are lost", why=str(error), do="look at the disk")
            path.rename(path.with_suffix(".bad"))
            self._since.pop(key, None)
            return Heard()

    def key_of(self, token: str) -> str | None:
        """Return the endpoint whose token that is."""
        # By digest: how long it takes to find says nothing of how much of a token is right.
        found = self._tokens.get(sha256(token.encode(errors="replace")).digest())
        if found and compare_digest(found[0].encode(), token.encode(errors="replace")):
            return found[1]
        return None

    async def take(self, key: str, signal: Signal) -> None:
        """Keep *signal*: it is on disk when this returns. Raises OSError when the disk refuses."""
        async with self._locks[key]:
            heard = after(self._heard[key], signal, clock.now())
            await asyncio.to_thread(write_heard, self._path(key), heard)
            self._heard[key] = heard

    def known(self, key: str) -> Known:
        """Return what is known of the endpoint *key*; raises Failed when nothing can be."""
        if key in self._problems:
            raise Failed(Reason.INTERNAL, self._problems[key])
        if key not in self._since:
            raise Failed(Reason.INTERNAL, "its beats are not listened for yet")
        return Known(heard=self._heard[key], since=self._since[key])

    async def run(self) -> None:
        """Say on disk that we listen, until cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            with suppress(OSError):  # a full disk is told by the spool
                self._tick(clock.now())

    def _tick(self, now: datetime) -> None:
        paused, self._until = now - self._until > PAUSE, now
        if not self._since:
            return
        if paused:  # the machine was asleep
            self._since = dict.fromkeys(self._since, now)
            self._write_log()
        else:
            os.utime(self._log)

    def _write_log(self) -> None:
        write_through(self._log, json.dumps({k: to_us(v) for k, v in self._since.items()}))

    def _path(self, key: str) -> Path:
        return _path(self._directory, key)


def stored(directory: Path, location: str, key: str) -> Known:
    """Return what another process's files in *directory* say; raises Failed when it listens not."""
    since, until = _read_log(_log_of(directory, location))
    if clock.now() - until > PAUSE or key not in since:
        raise Failed(Reason.INTERNAL, "no process listens for its beats (start vigie run)")
    try:
        heard = read_heard(_path(directory, key))
    except FileNotFoundError:
        heard = Heard()
    except ValueError as error:
        raise Failed(Reason.INTERNAL, str(error)) from error
    return Known(heard=heard, since=since[key])


def _path(directory: Path, key: str) -> Path:
    return directory / f"{key}.json"


def _log_of(directory: Path, location: str) -> Path:
    return directory / "listening" / f"{location}.json"


def _read_log(path: Path) -> tuple[dict[str, datetime], datetime]:
    """Return since when each endpoint was listened for, and until when."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        until = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        since = {str(key): from_us(int(value)) for key, value in told.items()}
    except (OSError, ValueError, TypeError, AttributeError, OverflowError):
        return {}, datetime.fromtimestamp(0, UTC)
    return {key: value for key, value in since.items() if value}, until
