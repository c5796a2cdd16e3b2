"""The kind steps: log in, fetch, look, log out. Several requests, and one result.

A step hands values to the steps after it as `{{name}}`; nothing else is computed, and no code of
the catalogue or of a target is run. What was captured is a secret.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, PlainValidator, StringConstraints, WithJsonSchema, model_validator

from vigie.catalogue import Endpoint, refusal
from vigie.probing.capture import Capture, From, NoJson, NoText, captured, found
from vigie.probing.failure import Failed
from vigie.probing.guarded import refusal_of
from vigie.probing.hiding import WHOLE_WORD
from vigie.probing.http import fetch
from vigie.probing.httpoptions import HttpOptions, parsed_url, refuse_plain
from vigie.probing.placeholder import VARIABLE, resolved
from vigie.probing.reach import attempt
from vigie.probing.request import BadUrl, parse_url
from vigie.probing.response import Response
from vigie.probing.result import Attempt, Outcome, Reason
from vigie.probing.trace import Trace

MOST = 10
ORDINARY_SHARE = 4, 5  # of the timeout, where steps must run even after a failure


def _url(value: object) -> str:
    if not isinstance(value, str):
        raise refusal("not a URL", "https://host/path")
    try:
        origins = {parsed_url(VARIABLE.sub(filler, value)).origin for filler in "12"}
    except BadUrl as error:
        raise refusal(error.what, error.write) from None
    if len(origins) > 1:
        raise refusal(
            "a captured value would choose the host, which gets the secrets",
            "https://host/{{name}}",
        )
    return value


def _host(url: str) -> str:
    return parse_url(VARIABLE.sub("1", url)).host  # a variable is never the host


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Step(HttpOptions):
    """One request, with the options of the kind http."""

    url: Annotated[str, PlainValidator(_url), WithJsonSchema({"type": "string"})]
    name: str = Field("", max_length=40, examples=["log in"])
    capture: Mapping[Name, Capture] = {}
    always: bool = False  # also after a failure: it cleans up

    @model_validator(mode="after")
    def _has_certificate(self) -> Self:
        if self.url.startswith("http://"):
            refuse_plain("url: https://…", self.expect.certificate_days, self.client_certificate)
        return self

    def uses(self) -> set[str]:
        """Return the names of the variables that the step needs."""
        return {name for text in self._texts() for name in VARIABLE.findall(text)}

    def _texts(self) -> Iterator[str]:
        yield from (self.url, self.body, *self.headers.values())
        if self.auth and self.auth.basic:
            yield from (self.auth.basic.user, self.auth.basic.password)
        elif self.auth:
            yield self.auth.bearer or ""


class StepsEndpoint(Endpoint):
    """Several requests, one after the other."""

    # Counted below: pydantic would count only those that are right.
    steps: tuple[Step, ...] = Field(json_schema_extra={"minItems": 1, "maxItems": MOST})

    @model_validator(mode="after")
    def _variables_are_captured_before(self) -> Self:
        if not 1 <= len(self.steps) <= MOST:
            raise refusal(f"{len(self.steps)} steps make no endpoint", f"1 to {MOST}")
        known: set[str] = set()
        for number, step in enumerate(self.steps, start=1):
            missing = sorted(step.uses() - known)
            if missing:
                raise refusal(
                    f"step {number} uses {{{{{missing[0]}}}}}, which no step before it captures",
                    f"capture: {{{missing[0]}: $.path}} in an earlier step",
                )
            known |= set(step.capture)
        return self

    def refused(self, allow: Sequence[str]) -> tuple[tuple[str | int, ...], str] | None:
        """Return where it names an address that is never probed under *allow*, and why."""
        for number, step in enumerate(self.steps):
            if what := refusal_of(_host, step.url, allow):
                return ("steps", number, "url"), what
        return None


async def probe(endpoint: StepsEndpoint, *, number: int, allow: Sequence[str]) -> Attempt:
    """Return what the steps gave, up to the first that failed; never raises but when cancelled."""
    run = _Run(steps=endpoint.steps, allow=allow)
    limit = endpoint.timeout
    if any(step.always for step in endpoint.steps):
        limit = limit * ORDINARY_SHARE[0] // ORDINARY_SHARE[1]
    made = await attempt(endpoint.model_copy(update={"timeout": limit}), number, run.take_all)
    if made.outcome is not Outcome.UP:
        await run.clean_up(endpoint.timeout - timedelta(microseconds=made.duration_us))
    return made


@dataclass(slots=True, kw_only=True)
class _Run:
    """The steps of one attempt, and what they captured."""

    steps: Sequence[Step]
    allow: Sequence[str]
    variables: dict[str, str] = field(default_factory=dict)
    trace: Trace = field(default_factory=lambda: Trace(number=0))
    begun: int = 0

    async def take_all(self, trace: Trace) -> None:
        """Take every step; raise Failed for the first one that fails."""
        self.trace = trace
        for step in self.steps:
            self.begun += 1
            part = self._part(self.begun, step)
            try:
                await self._take(step, part)
            finally:
                trace.add(part)

    async def clean_up(self, left: timedelta) -> None:
        """Take the steps that are still due after a failure; nothing of them changes a result."""
        for number, step in enumerate(self.steps[self.begun :], start=self.begun + 1):
            if step.always and step.uses() <= set(self.variables):
                began = asyncio.get_running_loop().time()
                with suppress(Exception):
                    async with asyncio.timeout(left.total_seconds()):
                        await self._take(step, self._part(number, step))
                left -= timedelta(seconds=asyncio.get_running_loop().time() - began)

    def _part(self, number: int, step: Step) -> Trace:
        """Return the trace of one step: its time is its own, its secrets are everybody's."""
        return Trace(
            number=self.trace.number,
            limit=self.trace.left(),
            secrets=self.trace.secrets,
            variables=self.variables,
            label=f"step {number} ({step.name}): " if step.name else f"step {number}: ",
        )

    async def _take(self, step: Step, part: Trace) -> None:
        _refuse_other_host(step.url, part)
        try:
            response = await fetch(step, step.url, self.allow, part)
            for name, place in step.capture.items():
                self.variables[name] = captured(name, place, response)
        finally:
            _hide_captured(step, part)


def _hide_captured(step: Step, part: Trace) -> None:
    """Hide what *step* captures, also of an answer that failed: its token is good all the same.

    Where nobody can tell what to hide, in what is cut or no text, the answer is not kept.
    """
    answer = part.answer
    if not step.capture or not isinstance(answer, Response):
        return
    try:
        values = [_found_or_none(place, answer) for place in step.capture.values()]
    except (NoText, Failed):
        part.answer = None
        return
    # A shorter one is no secret, and occurs everywhere.
    part.secrets.extend(it for it in values if it and len(it) >= WHOLE_WORD)


def _found_or_none(place: From, response: Response) -> str | None:
    if not response.complete:
        raise NoText("it is cut")
    try:
        return found(place, response)
    except NoJson:
        return None


def _refuse_other_host(url: str, trace: Trace) -> None:
    """Raise Failed where captured values, with what placeholders stand for, make up the host."""
    blank = replace(trace, variables=dict.fromkeys(trace.variables or {}, "x"))
    with suppress(BadUrl):  # `fetch` will say so
        both = {parse_url(resolved(url, one, quoted=True)).origin for one in (trace, blank)}
        if len(both) > 1:
            raise Failed(Reason.INTERNAL, "a captured value would choose the host")
