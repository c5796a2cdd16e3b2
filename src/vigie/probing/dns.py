"""The kind dns: ask a resolver for a name's records and look at the answer.

A resolver that the catalogue names is the target. The system's is a tool of ours: what it fails
at is unknown.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema, field_validator

from vigie import clock
from vigie.catalogue import Duration, Model, refusal
from vigie.probing.address import resolve
from vigie.probing.checked import tell
from vigie.probing.failure import Failed
from vigie.probing.guarded import Guarded
from vigie.probing.limits import came_of, check_time
from vigie.probing.reach import attempt
from vigie.probing.result import Attempt, Reason
from vigie.probing.trace import Trace

if TYPE_CHECKING:
    from dns.message import Message, QueryMessage

PORT, PORT_MAX = 53, 65535
RESOLVER = re.compile(r"([\d.]+)(?::(\d{1,5}))?|\[([\da-fA-F:.]+)\](?::(\d{1,5}))?")
OURS = ("NOERROR", "NXDOMAIN")  # the rest is our resolver's failure, not what DNS holds


def split_resolver(text: str) -> tuple[str, int]:
    """Return address and port; raise a refusal when *text* is no such thing."""
    bare = text.count(":") > 1 and "[" not in text  # IPv6 without a port
    match = RESOLVER.fullmatch(f"[{text}]" if bare else text)
    try:
        address = str(ip_address((match[1] or match[3]) if match else text))
    except ValueError:
        what = f'"{text[:60]}" is not the address of a resolver'
        raise refusal(what, "192.0.2.53, or 192.0.2.53:5353") from None
    port = int((match and (match[2] or match[4])) or PORT)
    if not 0 < port <= PORT_MAX:
        raise refusal(f"port {port} cannot be probed", "a port from 1 to 65535")
    return address, port


def _resolver(value: object) -> str:
    split_resolver(str(value))
    return str(value)


def _type(value: object) -> str:
    from vigie.probing import records

    return records.type_text(str(value))


def _rcode(value: object) -> str:
    from vigie.probing import records

    return records.rcode_text(str(value))


_TEXT = WithJsonSchema({"type": "string"})


class DnsExpect(Model):
    """What the answer must be like; what is not named is not looked at."""

    rcode: Annotated[str, PlainValidator(_rcode), _TEXT] = "NOERROR"
    values: tuple[str, ...] | None = None  # all of them, in any order
    within: Duration | None = None  # the whole attempt


class DnsEndpoint(Guarded):
    """A name whose records are asked for."""

    HOST = ("resolver", lambda target: split_resolver(target)[0])

    type: Annotated[str, PlainValidator(_type), _TEXT] = "A"
    dns: str
    resolver: Annotated[str, PlainValidator(_resolver), _TEXT] | None = None  # None: the system's
    transport: Literal["udp", "tcp"] = "udp"
    expect: DnsExpect = DnsExpect()

    @field_validator("dns")
    @classmethod
    def _is_name(cls, name: str, info: ValidationInfo) -> str:
        from vigie.probing import records

        records.name_of(name, info.data.get("type", "A"))
        return name

    @field_validator("expect")
    @classmethod
    def _has_values(cls, expect: DnsExpect, info: ValidationInfo) -> DnsExpect:
        from vigie.probing import records

        if expect.values == ():
            raise refusal("values without items are always there", "at least one, or no values")
        if expect.values and expect.rcode != "NOERROR":
            raise refusal(f"{expect.rcode} comes without values", "rcode or values, not both")
        for value in (expect.values or ()) if "type" in info.data else ():
            records.value_of(info.data["type"], value)
        return expect


async def probe(endpoint: DnsEndpoint, *, number: int, allow: Sequence[str]) -> Attempt:
    """Return what asking once for the name's records gave; never raises but when cancelled."""
    return await attempt(endpoint, number, lambda trace: _probe(endpoint, allow, trace))


async def _probe(endpoint: DnsEndpoint, allow: Sequence[str], trace: Trace) -> None:
    from vigie.probing import dnsask, records

    query = records.question(endpoint.dns, endpoint.type)
    if endpoint.resolver is None:
        answer = await _ask_ours(endpoint, query, trace)
    else:
        address, port = split_resolver(endpoint.resolver)
        (address,) = await resolve(address, port, allow)
        answer = await dnsask.ask(query, address, port, endpoint.transport, trace)
    trace.status = int(answer.rcode())
    _check(endpoint, answer, trace)


async def _ask_ours(endpoint: DnsEndpoint, query: "QueryMessage", trace: Trace) -> "Message":
    """Return the answer of the first of the system's resolvers that gives one.

    The attempt's phase stays *resolving*: a timeout is our resolver's.
    """
    from vigie.probing import dnsask, records

    addresses = records.system_resolvers()
    failures = []
    for address in addresses:
        inner = Trace(number=trace.number)
        try:
            async with asyncio.timeout(endpoint.timeout.total_seconds() / len(addresses)):
                answer = await dnsask.ask(query, address, PORT, endpoint.transport, inner)
        except Failed as failure:
            failures.append(failure.detail)
        except TimeoutError:
            failures.append(f"{address} did not answer")
        else:
            trace.address, trace.first_byte_us = address, inner.first_byte_us
            return answer
    raise Failed(Reason.DNS_FAILED, f"our resolver failed: {failures[0]}")


def _check(endpoint: DnsEndpoint, answer: "Message", trace: Trace) -> None:
    """Raise Failed for the first expectation that *answer* does not meet; tell of each."""
    from vigie.probing import records

    came = records.rcode_text(answer.rcode())

    def check(one: Model) -> None:
        assert isinstance(one, DnsExpect)
        _check_rcode(endpoint, came, one.rcode)
        if one.rcode == "NOERROR" or one.values:
            _check_values(endpoint, answer, one.values or ())
        check_time(one.within, trace)

    def seen() -> Mapping[str, str]:
        values = ", ".join(map(records.shown, records.found_in(answer)))
        return {**came_of(trace, clock.now()), "rcode": came, "values": values}

    tell(endpoint.expect, check, trace, seen, {"rcode": came})
    check(endpoint.expect)


def _check_rcode(endpoint: DnsEndpoint, came: str, wanted: str) -> None:
    if came == wanted:
        return
    if endpoint.resolver is None and came not in OURS:
        raise Failed(Reason.DNS_FAILED, f"our resolver answered {came}, expected {wanted}")
    reason = Reason.DNS_NOT_FOUND if came == "NXDOMAIN" else Reason.STATUS
    raise Failed(reason, f"{came} for {endpoint.dns}, expected {wanted}")


def _check_values(endpoint: DnsEndpoint, answer: "Message", wanted: Sequence[str]) -> None:
    from vigie.probing import records

    found = records.found_in(answer)
    if not found:
        raise Failed(Reason.DNS_NOT_FOUND, f"{endpoint.dns} has no {endpoint.type} record")
    missing = records.missing(endpoint.type, wanted, found)
    if missing:
        came = ", ".join(map(records.shown, found))
        raise Failed(Reason.BODY, f"no {missing[0][:80]} among {endpoint.type} {came}")
