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
        reason, value = Reason.JSON, _json(name, place.json_, response)
    elif place.header is not None:
        reason, value = Reason.HEADER, response.headers.get(place.header.lower())
    else:
        reason, value = Reason.BODY, response.text(MATCHED_MAX)
    if place.regex is not None and value is not None:
        match = pattern.search(pattern.compiled(place.regex), value)
        value = match and match[min(match.re.groups, 1)]
    if not value or not value.isprintable() or len(value) > VALUE_MAX:
        # What it is instead is not told: it may be part of a secret.
        raise Failed(reason, f"{name} could not be captured: {_instead(value)}")
    return value


def _instead(value: str | None) -> str:
    if not value:
        return "there is nothing"
    return "it is not one line of text" if len(value) <= VALUE_MAX else "it is longer than 4 KiB"


def _json(name: str, path: str, response: Response) -> str | None:
    try:
        found = jsonpath.at(json.loads(response.body), path)
    except (ValueError, RecursionError) as error:
        what = f"{name} could not be captured: the body is not JSON"
        raise Failed(Reason.JSON, what) from error
    except jsonpath.Missing:
        return None
    if isinstance(found, dict | list):
        kind = "a list" if isinstance(found, list) else "an object"
        raise Failed(Reason.JSON, f"{name} could not be captured: {path} is {kind}")
    if found is None or isinstance(found, str):
        return found
    return json.dumps(found)
