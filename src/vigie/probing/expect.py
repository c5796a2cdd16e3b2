"""What a good HTTP answer looks like, and the first thing in which an answer differs."""

import json as jsonlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema

from vigie.catalogue import refusal
from vigie.probing import jsonpath, limits, pattern
from vigie.probing.failure import Failed
from vigie.probing.limits import Limits
from vigie.probing.pattern import compiled, is_pattern, regular_expression
from vigie.probing.response import Response
from vigie.probing.result import Reason
from vigie.probing.trace import Trace, short

MATCHED_MAX = 64 * 1024  # bytes of the body that are searched

Statuses = tuple[tuple[int, int], ...]  # first and last of each range
Scalar = str | bool | int | float | None


def _statuses(value: object) -> Statuses:
    parts = value if isinstance(value, list | tuple) else [value]
    if not parts:
        raise refusal("an empty list is never met", "200-299")
    return tuple(_status(part) for part in parts)


def _status(value: object) -> tuple[int, int]:
    match = re.fullmatch(r"([1-5]\d\d)(?:-([1-5]\d\d))?", str(value))
    if not match or isinstance(value, bool):
        raise refusal(f"{_quoted(value)} is not a status or a range of them", "200, or 200-299")
    first, last = int(match[1]), int(match[2] or match[1])
    if first > last:
        raise refusal(f"{_quoted(value)} is empty", f"{last}-{first}")
    return first, last


def status_text(statuses: Statuses) -> str:
    """Return *statuses* as the catalogue writes them: `200-299, 301`."""
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in statuses)


def _status_list(statuses: Statuses) -> list[str]:
    return status_text(statuses).split(", ")


def _body_pattern(value: object) -> str:
    if value == "":
        raise refusal("an empty pattern is found everywhere", '"ok|ready"')
    return regular_expression(value)


def _header(value: object) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise refusal(f"{_quoted(value)} is not a header's value", '"text/html", or "/html/"')
    text = str(value)
    return f"/{regular_expression(text[1:-1])}/" if is_pattern(text) else text


def _path(value: object) -> str:
    try:
        jsonpath.steps(str(value))
    except ValueError:
        raise refusal(f"{_quoted(value)} is not a path into JSON", "data.items[0].id") from None
    return str(value)


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise refusal("a list or mapping cannot be compared", "one path for each value in it")


def _quoted(value: object) -> str:
    return f'"{str(value)[:60]}"'


_TEXT = WithJsonSchema({"type": "string"})
_STATUS = {
    "anyOf": [
        {"type": "integer", "minimum": 100, "maximum": 599},
        {"type": "string", "pattern": r"^[1-5]\d\d(-[1-5]\d\d)?$"},
    ]
}

Status = Annotated[
    Statuses,
    PlainValidator(_statuses),
    PlainSerializer(_status_list, when_used="json"),
    WithJsonSchema({"anyOf": [*_STATUS["anyOf"], {"type": "array", "items": _STATUS}]}),
]
Pattern = Annotated[str, PlainValidator(regular_expression), _TEXT]
BodyPattern = Annotated[str, PlainValidator(_body_pattern), _TEXT]
HeaderValue = Annotated[str, PlainValidator(_header), _TEXT]
JsonPath = Annotated[str, PlainValidator(_path), _TEXT]
JsonValue = Annotated[
    Scalar,
    PlainValidator(_scalar),
    WithJsonSchema({"type": ["string", "boolean", "number", "null"]}),
]


class HttpExpect(Limits):
    """What the answer must be like; what is not named is not looked at."""

    status: Status = Field(((200, 299),), json_schema_extra={"default": "200-299"})
    body_contains: str | None = Field(None, min_length=1)
    body_regex: BodyPattern | None = None  # Python's; searched, not anchored
    json_: Mapping[JsonPath, JsonValue] = Field({}, alias="json")  # path: the value it must have
    header: Mapping[str, HeaderValue] = {}  # name: the value, or /regular expression/


def check(expect: HttpExpect, response: Response, trace: Trace, now: datetime) -> None:
    """Raise Failed for the first expectation that *response* does not meet."""
    _check_status(expect, response.status)
    for name, wanted in expect.header.items():
        _check_header(name, wanted, response.headers.get(name.lower()), trace)
    if expect.body_contains is not None or expect.body_regex is not None:
        _refuse_encoded(response, trace)
        _check_body(expect, response)
    if expect.json_:
        _check_json(expect.json_, response, trace)
    limits.check(expect, trace, now)


def expects_status(expect: HttpExpect, status: int) -> bool:
    """Tell whether *status* is one that the answer may have."""
    return any(first <= status <= last for first, last in expect.status)


def _check_status(expect: HttpExpect, status: int) -> None:
    if not expects_status(expect, status):
        raise Failed(Reason.STATUS, f"status {status}, expected {status_text(expect.status)}")


def _check_header(name: str, wanted: str, value: str | None, trace: Trace) -> None:
    if value is None:
        raise Failed(Reason.HEADER, f"no header {name}, expected {wanted}")
    same = pattern.found(compiled(wanted[1:-1]), value) if is_pattern(wanted) else value == wanted
    if not same:
        # What a cookie is worth is nobody's to read.
        seen = "another one" if name.lower() == "set-cookie" else trace.seen(value)
        raise Failed(Reason.HEADER, f"header {name} is {seen}, expected {wanted}")


def _check_body(expect: HttpExpect, response: Response) -> None:
    text = response.text(MATCHED_MAX) or ""
    where = "the first 64 KiB of the body" if len(response.body) > MATCHED_MAX else "the body"
    if expect.body_contains is not None and expect.body_contains not in text:
        raise Failed(Reason.BODY, f"{where} does not contain {short(expect.body_contains)}")
    if expect.body_regex is not None and not pattern.found(compiled(expect.body_regex), text):
        raise Failed(Reason.BODY, f"{where} does not match {short(expect.body_regex)}")


def _check_json(wanted: Mapping[str, Scalar], response: Response, trace: Trace) -> None:
    _refuse_encoded(response, trace)
    try:
        document = jsonlib.loads(response.body)
    except (ValueError, RecursionError) as error:
        raise Failed(Reason.JSON, f"the body is not JSON: {error}") from error
    for path, value in wanted.items():
        try:
            found = jsonpath.at(document, path)
        except jsonpath.Missing as missing:
            what = f"{path} is missing, expected {short(_json(value))}"
            raise Failed(Reason.JSON, what) from missing
        if not _equal(found, value):
            seen = trace.seen(_json(found))
            raise Failed(Reason.JSON, f"{path} is {seen}, expected {short(_json(value))}")


def _equal(found: object, wanted: Scalar) -> bool:
    # In Python, True == 1: in JSON they are different things.
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)


def _refuse_encoded(response: Response, trace: Trace) -> None:
    if response.encoded:
        raise Failed(
            Reason.PROTOCOL,
            f"the body comes as {trace.seen(response.encoded)}, which was not asked for",
        )


def _json(value: object) -> str:
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "an object"
    return jsonlib.dumps(value, ensure_ascii=False)
