"""The kind postgres: log in to a PostgreSQL, and ask a query."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from vigie import clock
from vigie.catalogue import Model, Secret, refusal, shown
from vigie.probing.checked import tell
from vigie.probing.failure import Failed
from vigie.probing.guarded import Guarded
from vigie.probing.hostport import ServerName, checked, host_of, place_of
from vigie.probing.limits import Limits, came_of, check
from vigie.probing.placeholder import resolved
from vigie.probing.reach import attempt, resolved_addresses
from vigie.probing.result import Attempt, Reason
from vigie.probing.trace import Trace, short
from vigie.probing.verify import Verify

PORT = 5432


def _target(value: object) -> str:
    text = value if isinstance(value, str) else ""
    host, _, database = text.rpartition("/")
    if not host or not database or "://" in text:
        raise refusal(f"{shown(value)} is not a host and a database", "host:5432/database")
    checked(host, PORT)
    return text


def _query(value: object) -> str | None:
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    raise refusal(f"{shown(value)} is not a query", "select 1")


def _value(value: object) -> str | None:
    if value is None or isinstance(value, dict | list):
        raise refusal(f"{shown(value)} is not a value", 'a text or a number, "null" for no value')
    return text_of(value)


def text_of(value: object) -> str:
    """Return a query's *value* as the catalogue writes it: true, 42, null."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)


_STRING = WithJsonSchema({"type": "string", "minLength": 1})
_VALUE = WithJsonSchema({"type": ["string", "boolean", "number"]})


class PostgresExpect(Limits):
    """What the query must give."""

    # The first column of the first row.
    value: Annotated[str | None, PlainValidator(_value), _VALUE] = None


class PostgresEndpoint(Guarded):
    """A database that is logged in to."""

    HOST = ("postgres", lambda target: host_of(target.rpartition("/")[0]))

    postgres: Annotated[str, PlainValidator(_target), _STRING]
    user: str = Field(min_length=1, examples=["vigie"])
    password: Secret | None = None
    sslmode: Literal["verify-full", "require", "disable"] = "verify-full"
    server_name: ServerName | None = None  # that the certificate must be for; default: the host
    verify: Verify = True
    query: Annotated[str | None, PlainValidator(_query), _STRING] = None
    expect: PostgresExpect = PostgresExpect()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.sslmode == "require") != (self.verify is not True):
            write = 'verify-full, or sslmode: require with verify: {disabled: "why"}'
            raise refusal("sslmode: require is what checks no certificate", write)
        if self.expect.certificate_days and self.sslmode == "disable":
            raise refusal("certificate_days needs a certificate", "sslmode: verify-full")
        if self.expect.value is not None and self.query is None:
            raise refusal("a value needs a query", "query: select …")
        return self


async def probe(endpoint: PostgresEndpoint, *, number: int, allow: Sequence[str]) -> Attempt:
    """Return what logging in once gave; never raises but when cancelled."""
    import_module("vigie.probing.pgsession")  # asyncpg takes long, and no attempt should pay it
    return await attempt(endpoint, number, lambda trace: _probe(endpoint, allow, trace))


async def _probe(endpoint: PostgresEndpoint, allow: Sequence[str], trace: Trace) -> None:
    from vigie.probing.pgsession import Login, ask, log_in

    target, _, database = endpoint.postgres.rpartition("/")
    place = place_of(target, trace, PORT)
    login = Login(
        name=(endpoint.server_name or place.host).removesuffix("."),  # as in no certificate
        addresses=await resolved_addresses(place.host, place.port, allow, trace),
        port=place.port,
        database=resolved(database, trace),
        user=resolved(endpoint.user, trace),
        password=resolved(endpoint.password or "", trace),
        tls=None if endpoint.sslmode == "disable" else endpoint.verify is True,
    )
    async with log_in(login, trace) as session:
        query = endpoint.query
        row = await ask(session, query, trace) if query else None
        _check(endpoint.expect, row, trace, clock.now())


def _check(
    expect: PostgresExpect, row: Sequence[object] | None, trace: Trace, now: datetime
) -> None:
    found = trace.seen(text_of(row[0]) if row else "no row")

    def check_one(one: Model) -> None:
        assert isinstance(one, PostgresExpect)
        if one.value is not None and (not row or text_of(row[0]) != one.value):
            what = f"the query gave {found}, expected {short(one.value)}"
            raise Failed(Reason.BODY, what)
        check(one, trace, now)

    def came() -> Mapping[str, str]:
        return {**came_of(trace, now), "value": found}

    tell(expect, check_one, trace, came, {})
    check_one(expect)
