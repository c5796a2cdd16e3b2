"""The kind heartbeat: the application calls us, and silence is what fails."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, NoReturn, Self

from pydantic import PlainValidator, WithJsonSchema, model_validator

from vigie import clock
from vigie.catalogue import Duration, Endpoint, Model, Service, duration_text, refusal
from vigie.probing.beats import Beats, Known, known
from vigie.probing.failure import Failed
from vigie.probing.placeholder import PLACEHOLDER
from vigie.probing.reach import attempt
from vigie.probing.result import Attempt, Reason
from vigie.probing.trace import Trace

SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=366)


def _token(value: object) -> str:
    if not isinstance(value, str) or not PLACEHOLDER.fullmatch(value):
        raise refusal("the token is a secret, and not written here", "${env:NAME}, or ${file:PATH}")
    return value


class Beat(Model):
    """How often the application calls, and by which secret."""

    period: Duration  # from one end to the next, and from a start to its end
    grace: Duration = timedelta(minutes=5)  # how late it may be
    token: Annotated[str, PlainValidator(_token), WithJsonSchema({"type": "string"})]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not SHORTEST <= self.period <= LONGEST:
            raise refusal(f"a period of {duration_text(self.period)}", "1s to 366d")
        if self.grace > LONGEST:
            raise refusal(f"a grace of {duration_text(self.grace)}", "366d or less")
        return self


class HeartbeatEndpoint(Endpoint):
    """An application that calls us."""

    heartbeat: Beat
    timeout: Duration = timedelta(seconds=1)  # nobody is asked
    # A second look would find a beat that is late all the same.
    retries: tuple[Duration, ...] = ()


async def probe(endpoint: HeartbeatEndpoint, *, number: int, allow: Sequence[str]) -> Attempt:  # noqa: ARG001 - nobody is called
    """Return what the application's beats say now; never raises but when cancelled."""
    return await attempt(endpoint, number, lambda trace: _probe(endpoint, trace))


async def _probe(endpoint: HeartbeatEndpoint, trace: Trace) -> None:
    trace.phase = "looking at the beats"
    judge(endpoint.heartbeat, known(endpoint.key), clock.now())


def judge(beat: Beat, told: Known, now: datetime) -> None:
    """Raise Failed unless the newest beat is a success that is not too old at *now*."""
    heard, patience = told.heard, beat.period + beat.grace
    blind = now <= told.since + patience  # a beat may have come while nobody listened
    if heard.ended is None and heard.started is None:
        _judge_silence(patience, told, now)
    elif heard.failed and heard.ended:
        code = "that it failed" if heard.code is None else f"exit code {heard.code}"
        text = f"the application told {code} at {_utc(heard.ended)}"
        raise _failed(Reason.REPORTED, text, told, blind=blind)
    elif heard.started:
        _judge_started(beat, heard.started, told, now)
    elif heard.ended and now > heard.ended + patience:
        text = f"no beat since {_utc(heard.ended)}, due by {_utc(heard.ended + patience)}"
        raise _failed(Reason.LATE, text, told, blind=blind)


def _failed(reason: Reason, text: str, told: Known, *, blind: bool) -> Failed:
    newest = max(filter(None, (told.heard.ended, told.heard.started)))
    if blind and newest < told.since:
        return Failed(Reason.AWAITED, f"{text}, but listening only since {_utc(told.since)}")
    return Failed(reason, text)


def _judge_started(beat: Beat, started: datetime, told: Known, now: datetime) -> None:
    text = f"started at {_utc(started)}, not finished"
    if now > started + beat.period:
        blind = now <= told.since + beat.period
        within = f"{text} within {duration_text(beat.period)}"
        raise _failed(Reason.LATE, within, told, blind=blind)
    if told.heard.ended is None:
        raise Failed(Reason.AWAITED, f"{text} yet")


def _judge_silence(patience: timedelta, told: Known, now: datetime) -> NoReturn:
    text = f"no beat yet, listening since {_utc(told.since)}"
    if now <= told.since + patience:
        raise Failed(Reason.AWAITED, text)
    raise Failed(Reason.LATE, f"{text}, due by {_utc(told.since + patience)}")


def arm(beats: Beats, services: Iterable[Service], locations: Sequence[str], here: str) -> None:
    """Let *beats* listen for the endpoints of *services* that call *here*; raises OSError."""
    tokens, problems = {}, {}
    for endpoint in (endpoint for service in services for endpoint in service.endpoints):
        if not isinstance(endpoint, HeartbeatEndpoint):
            continue
        if here not in (endpoint.locations or locations):
            continue
        tokens[endpoint.key] = endpoint.heartbeat.token
        if len(endpoint.locations or locations) > 1:
            problems[endpoint.key] = (
                "it is called at one location and asked at several"
                f" (write locations: [{here}], or the one that is called)"
            )
    beats.arm(tokens, problems)


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
