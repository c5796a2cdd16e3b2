"""What one step of the kind steps takes from an answer for the steps after it."""

import json
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from vigie.catalogue import Model, refusal
from vigie.probing import jsonpath, pattern
from vigie.probing.expect import MATCHED_MAX, JsonPath, Pattern
from vigie.probing.failure import Failed
from vigie.probing.response import Response
from vigie.probing.result import Reason

VALUE_MAX = 4096  # characters
ROOT = "$"


class From(Model):
    """Where a value stands: in the JSON, in a header, or what a regular expression finds.

    Of a regular expression it is the first group, or all that it matches when it has none.
    """

    json_: JsonPath | None = Field(None, alias="json")
    header: str | None = Field(None, min_length=1)
    regex: Pattern | None = None  # searched in the header if there is one, else in the body

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        looks = (self.json_, self.header or self.regex)
        if (looks[0] is None) == (looks[1] is None):
            raise refusal("a value is captured from one place", "$.data.token, or {header: name}")
        return self


def _capture(value: object) -> object:
    if isinstance(value, str):
        if not value.startswith(ROOT):
            raise refusal("not a place in an answer", "$.data.token, or {header: name}")
        return {"json": value.removeprefix(ROOT).removeprefix(".")}
    return value


Capture = Annotated[From, BeforeValidator(_capture, json_schema_input_type=str | From)]


def captured(name: str, place: From, response: Response) -> str:
    """Return what *response* has at *place*; raises Failed where it has no line of text there."""
    if place.json_ is not None:
        reason = Reason.JSON
    else:
        reason = Reason.BODY if place.header is None else Reason.HEADER
    try:
        value = found(place, response)
    except NoText as error:
        raise Failed(reason, f"{name} could not be captured: {error}") from error
    if not value or not value.isprintable() or len(value) > VALUE_MAX:
        # What it is instead is not told: it may be part of a secret.
        raise Failed(reason, f"{name} could not be captured: {_instead(value)}")
    return value


class NoText(ValueError):  # noqa: N818 - an answer, not an error
    """What stands there is no text; says what it is."""


class NoJson(NoText):
    """There is no JSON that something could stand in."""


def found(place: From, response: Response) -> str | None:
    """Return what *response* has at *place*, None where there is nothing; raises NoText."""
    if place.json_ is not None:
        return _json(place.json_, response)
    if place.header is None:
        value = response.text(MATCHED_MAX)
    else:
        value = response.headers.get(place.header.lower())
    if place.regex is None or value is None:
        return value
    match = pattern.search(pattern.compiled(place.regex), value)
    return match and match[min(match.re.groups, 1)]


def _instead(value: str | None) -> str:
    if not value:
        return "there is nothing"
    return "it is not one line of text" if len(value) <= VALUE_MAX else "it is longer than 4 KiB"


def _json(path: str, response: Response) -> str | None:
    try:
        value = jsonpath.at(json.loads(response.body), path)
    except (ValueError, RecursionError) as error:
        raise NoJson("the body is not JSON") from error
    except jsonpath.Missing:
        return None
    if isinstance(value, dict | list):
        raise NoText(f"{path} is {'a list' if isinstance(value, list) else 'an object'}")
    return value if value is None or isinstance(value, str) else json.dumps(value)
