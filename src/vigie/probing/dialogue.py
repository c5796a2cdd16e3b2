"""A dialogue in lines of text: what is sent, and what must come.

What must come is looked for in whole lines, so that it does not matter in which pieces they
arrive. A prompt has no end of line; it is looked for in the bytes as they come.
"""

import re
from collections.abc import Callable
from time import process_time
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from vigie.catalogue import Model, refusal, shown
from vigie.probing import pattern
from vigie.probing.connection import Connection
from vigie.probing.failure import Failed
from vigie.probing.pattern import compiled, is_pattern, regular_expression
from vigie.probing.result import Reason
from vigie.probing.trace import Trace

READ_MAX = 64 * 1024  # bytes that one step reads
LINES_MAX = 1000  # lines; a pattern is searched for in each of them

Found = Callable[[str], bool]


def _sent(value: object) -> str | None:
    if value is None:
        return None  # a step that is something else
    if not isinstance(value, str) or not value:
        raise refusal(f"{shown(value)} is not a text to send", r'"PING\r\n"')
    if value.endswith(("\\n", "\\r")):
        what = f"{shown(value)} ends with a backslash and a letter, not with the end of a line"
        raise refusal(what, r'it in double quotes: "PING\r\n"')
    return value


def _expected(value: object) -> str | None:
    if value is None:
        return None
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text.strip():
        raise refusal(f"{shown(value)} is not a text", '"+PONG", or "/^220 /"')
    if is_pattern(text):
        regular_expression(text[1:-1])
    if re.search(r"[\r\n]|\\r|\\n", text):
        raise refusal("a line is looked at without its end", "one line, without \\r and \\n")
    return text


def _upgrade(value: object) -> Literal[True] | None:
    if value is None or value is True:
        return value
    raise refusal(f"{shown(value)} begins no TLS", "true")


_TEXT = WithJsonSchema({"type": "string", "minLength": 1})
_TRUE = WithJsonSchema({"const": True})


class Step(Model):
    """One step of a dialogue: exactly one of these."""

    send: Annotated[str | None, PlainValidator(_sent), _TEXT] = None  # exactly as written
    expect: Annotated[str | None, PlainValidator(_expected), _TEXT] = None  # in a line that comes
    prompt: str | None = Field(None, min_length=1)  # text that comes without an end of line
    # The TLS handshake, now.
    starttls: Annotated[Literal[True] | None, PlainValidator(_upgrade), _TRUE] = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        said = [name for name in Step.model_fields if getattr(self, name) is not None]
        if len(said) != 1:
            names = ", ".join(said) or "nothing"
            raise refusal(f"a step is one thing, this one is {names}", "send: or expect: alone")
        return self


class Lines:
    """Reads until a line is the wanted one; a Receiver."""

    def __init__(self, found: Found, wanted: str, trace: Trace) -> None:
        self.complete = False
        self.rest = b""  # what came after it
        self.line = ""  # the newest one
        self._found, self._wanted, self._trace = found, wanted, trace
        self._size = self._lines = 0
        trace.phase = f"waiting for {wanted}"

    def feed(self, data: bytes) -> None:
        """Take in *data*; raise Failed when it is too much."""
        self._size += len(data)
        self.rest += data
        while not self.complete and b"\n" in self.rest and self._lines < LINES_MAX:
            line, _, self.rest = self.rest.partition(b"\n")
            self._take(line)
        if not self.complete and (self._size > READ_MAX or self._lines == LINES_MAX):
            much = f"64 KiB or {LINES_MAX} lines"
            raise Failed(Reason.TOO_LARGE, f"{much} came without {self._wanted}")

    def end(self) -> None:
        """Take in that no more will come, which ends a line too."""
        if self.rest:
            line, self.rest = self.rest, b""
            self._take(line)
        if not self.complete:
            raise _left(self._wanted, self.line, self._trace)

    def _take(self, line: bytes) -> None:
        self._lines += 1
        self.line = line.decode("utf-8", "replace").rstrip("\r")
        self.complete = self._found(self.line)
        self._trace.phase = f"waiting for {self._wanted}{_last(self.line, self._trace)}"


class Prompt:
    """Reads until a text has come; a Receiver."""

    def __init__(self, text: str, wanted: str, trace: Trace) -> None:
        self.complete = False
        self.rest = b""
        self._text, self._wanted, self._trace = text.encode(), wanted, trace
        trace.phase = f"waiting for {wanted}"

    def feed(self, data: bytes) -> None:
        """Take in *data*; raise Failed when it is too much."""
        self.rest += data
        before, found, after = self.rest.partition(self._text)
        self.complete = bool(found)
        if self.complete:
            self.rest = after
        elif len(before) > READ_MAX:
            raise Failed(Reason.TOO_LARGE, f"64 KiB came without {self._wanted}")

    def end(self) -> None:
        """Take in that no more will come."""
        raise _left(self._wanted, self.rest.decode("utf-8", "replace"), self._trace)


def _left(wanted: str, last: str, trace: Trace) -> Failed:
    if not last:
        return Failed(Reason.RESET, f"the target closed the connection before {wanted}")
    what = f"the target closed the connection without {wanted}{_last(last, trace)}"
    return Failed(Reason.BODY, what)


def _last(line: str, trace: Trace) -> str:
    return f"; the last line was {trace.seen(line)}"


async def read_line(
    connection: Connection, found: Found, wanted: str, trace: Trace, *, send: bytes = b""
) -> str:
    """Send *send*, and return the first line that *found* accepts; *wanted* is its name.

    Raises:
        Failed: the connection ended before, or too much came.
    """
    lines = Lines(found, wanted, trace)
    await connection.exchange(send, lines)
    connection.unread(lines.rest)
    return lines.line


async def read_prompt(connection: Connection, text: str, wanted: str, trace: Trace) -> None:
    """Return when *text* has come; raise Failed as `read_line` does."""
    prompt = Prompt(text, wanted, trace)
    await connection.exchange(b"", prompt)
    connection.unread(prompt.rest)


def matcher(text: str) -> Found:
    """Return what tells whether a line holds *text*, or matches it as a /regular expression/."""
    if not is_pattern(text):
        return lambda line: text in line
    return _Search(compiled(text[1:-1]))


class _Search:
    """Searches line after line, within one pattern's time for all of them together."""

    def __init__(self, wanted: re.Pattern[str]) -> None:
        self._wanted = wanted
        self._left = pattern.SECONDS

    def __call__(self, line: str) -> bool:
        began = process_time()
        try:
            return pattern.found(self._wanted, line, seconds=self._left)
        finally:
            self._left = max(self._left - (process_time() - began), 1e-6)
