"""The kind dns against real name servers on loopback."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import pytest
from pydantic import ValidationError
from tests.probing.nameserver import ask, endpoint, name_server, zone
from tests.probing.shop import Street

from vigie.probing import Outcome, Reason
from vigie.probing.dns import probe, split_resolver

FAST = {"timeout": "200ms"}
NAME = "shop.example"


@pytest.mark.parametrize(
    ("kind", "record", "wanted"),
    [
        ("A", "192.0.2.1", "192.0.2.1"),
        ("AAAA", "2001:db8::1", "2001:0DB8:0:0::1"),
        ("MX", "10 mail.shop.example.", "10 MAIL.shop.example"),
        ("NS", "ns.shop.example.", "ns.shop.example."),
        ("TXT", '"v=spf1 " "-all"', "v=spf1 -all"),
        ("SRV", "10 5 443 www.shop.example.", "10 5 443 WWW.shop.example"),
        ("CAA", '0 issue "ca.example"', '0 issue "ca.example"'),
        ("SOA", "ns.a. admin.a. 1 7200 3600 1209600 3600", "ns.a admin.a 1 2h 1h 2w 1h"),
        ("TYPE65280", r"\# 2 abcd", r"\# 2 ABCD"),
    ],
)
async def test_value_is_found_however_it_is_written(kind: str, record: str, wanted: str) -> None:
    async with name_server(zone(f"{NAME} {kind} {record}")) as resolver:
        attempt = await ask(NAME, resolver=resolver, type=kind, expect={"values": [wanted]})

    assert (Outcome.UP, None, None) == (attempt.outcome, attempt.reason, attempt.detail)
    assert ("127.0.0.1", 0) == (attempt.address, attempt.status)
    assert attempt.first_byte_us is not None
    assert attempt.connect_us is None


async def test_all_values_must_be_there_in_any_order() -> None:
    records = zone(f"{NAME} A 192.0.2.1", f"{NAME} A 192.0.2.2", f"{NAME} A 192.0.2.3")
    async with name_server(records) as resolver:
        both = {"values": ["192.0.2.3", "192.0.2.1"]}
        one_missing = {"values": ["192.0.2.3", "192.0.2.9"]}
        good = await ask(NAME, resolver=resolver, expect=both)
        bad = await ask(NAME, resolver=resolver, expect=one_missing)

    assert Outcome.UP == good.outcome
    assert (Outcome.DOWN, Reason.BODY) == (bad.outcome, bad.reason)
    assert "no 192.0.2.9 among A 192.0.2.1, 192.0.2.2, 192.0.2.3" == bad.detail


async def test_alias_is_followed_inside_the_answer() -> None:
    records = zone("shop.example CNAME www.shop.example.", "www.shop.example A 192.0.2.1")
    async with name_server(records) as resolver:
        attempt = await ask(NAME, resolver=resolver, expect={"values": ["192.0.2.1"]})

    assert Outcome.UP == attempt.outcome


async def test_aliases_in_a_circle_are_no_answer() -> None:
    records = zone("shop.example CNAME a.example.", "a.example CNAME shop.example.")
    async with name_server(records) as resolver:
        attempt = await ask(NAME, resolver=resolver)

    assert (Outcome.DOWN, Reason.PROTOCOL) == (attempt.outcome, attempt.reason)


async def test_pointer_of_an_address() -> None:
    async with name_server(zone("1.2.0.192.in-addr.arpa PTR shop.example.")) as resolver:
        attempt = await ask(
            "192.0.2.1", type="PTR", resolver=resolver, expect={"values": ["shop.example"]}
        )

    assert Outcome.UP == attempt.outcome


async def test_name_without_a_record_of_the_type_is_down() -> None:
    async with name_server(zone()) as resolver:
        attempt = await ask(NAME, resolver=resolver, type="AAAA")

    assert (Outcome.DOWN, Reason.DNS_NOT_FOUND) == (attempt.outcome, attempt.reason)
    assert "shop.example has no AAAA record" == attempt.detail


async def test_name_that_does_not_exist_is_down_unless_expected() -> None:
    async with name_server(zone(rcode=dns.rcode.NXDOMAIN)) as resolver:
        bad = await ask(NAME, resolver=resolver)
        good = await ask(NAME, resolver=resolver, expect={"rcode": "nxdomain"})

    assert (Outcome.DOWN, Reason.DNS_NOT_FOUND) == (bad.outcome, bad.reason)
    assert "NXDOMAIN for shop.example, expected NOERROR" == bad.detail
    assert (Outcome.UP, 3) == (good.outcome, good.status)


async def test_other_response_code_is_down() -> None:
    async with name_server(zone(rcode=dns.rcode.SERVFAIL)) as resolver:
        attempt = await ask(NAME, resolver=resolver)

    assert (Outcome.DOWN, Reason.STATUS, 2) == (attempt.outcome, attempt.reason, attempt.status)
    assert "SERVFAIL for shop.example, expected NOERROR" == attempt.detail


async def test_truncated_answer_is_asked_for_again_over_tcp() -> None:
    cut, whole = zone(flags=dns.flags.TC), zone(f"{NAME} A 192.0.2.1")
    async with name_server(cut, whole) as resolver:
        attempt = await ask(NAME, resolver=resolver, expect={"values": ["192.0.2.1"]})

    assert Outcome.UP == attempt.outcome
    assert attempt.connect_us is not None


async def test_tcp_asks_over_tcp_alone_and_takes_what_no_datagram_holds() -> None:
    many = [f"{NAME} TXT {number:0250}" for number in range(200)]
    async with name_server(lambda _: None, zone(*many)) as resolver:
        attempt = await ask(
            NAME,
            resolver=resolver,
            type="TXT",
            transport="tcp",
            expect={"values": [f"{7:0250}"]},
        )

    assert Outcome.UP == attempt.outcome


@pytest.mark.parametrize(
    ("reply", "detail"),
    [
        (lambda query: query.to_wire()[:2] + b"junk", "the answer is not DNS: "),
        (lambda query: query.to_wire(), "the answer is to another question"),
        (
            lambda query: zone()(dns.message.make_query("other.example", "A", id=query.id)),
            "the answer is to another question",
        ),
    ],
)
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_what_is_no_answer_is_down(
    reply: Callable[[dns.message.Message], bytes], detail: str, transport: str
) -> None:
    async with name_server(reply) as resolver:
        attempt = await ask(NAME, resolver=resolver, transport=transport)

    assert (Outcome.DOWN, Reason.PROTOCOL) == (attempt.outcome, attempt.reason)
    assert (attempt.detail or "").startswith(detail)


async def test_answers_under_another_identifier_are_passed_over() -> None:
    def forged(query: dns.message.Message) -> bytes | None:
        query.id ^= 1
        return zone(f"{NAME} A 192.0.2.1")(query)

    async with name_server(forged) as resolver:
        attempt = await ask(NAME, resolver=resolver, **FAST)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_given_resolver_that_is_silent_is_down(transport: str) -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as udp,
        socket.create_server(("127.0.0.1", 0)) as tcp,
    ):
        udp.bind(("127.0.0.1", 0))
        port = (udp if transport == "udp" else tcp).getsockname()[1]
        attempt = await ask(NAME, resolver=f"127.0.0.1:{port}", transport=transport, **FAST)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert "nothing within 200ms: waiting for the answer" == attempt.detail


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_given_resolver_that_is_not_there_is_down(closed_port: int, transport: str) -> None:
    attempt = await ask(NAME, resolver=f"127.0.0.1:{closed_port}", transport=transport)

    assert (Outcome.DOWN, Reason.CONNECT_REFUSED) == (attempt.outcome, attempt.reason)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [(b"", Reason.RESET), (b"\0", Reason.PROTOCOL), (b"\0\x20ab", Reason.PROTOCOL)],
)
async def test_resolver_that_hangs_up_is_down(street: Street, sent: bytes, reason: Reason) -> None:
    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(2)
        writer.write(sent)

    url = await street.open(script)
    attempt = await ask(NAME, resolver=url.removeprefix("http://"), transport="tcp")

    assert (Outcome.DOWN, reason) == (attempt.outcome, attempt.reason)


async def test_given_resolver_is_held_to_the_allowed_addresses() -> None:
    one = endpoint(NAME, resolver="127.0.0.1:5353")
    attempt = await probe(one, number=1, allow=())

    assert (Outcome.UNKNOWN, Reason.ADDRESS_REFUSED) == (attempt.outcome, attempt.reason)
    assert "127.0.0.1 is a loopback address (write allow: [loopback] in the service)" == (
        attempt.detail
    )


async def test_slow_answer_is_down() -> None:
    async with name_server(zone(f"{NAME} A 192.0.2.1")) as resolver:
        attempt = await ask(NAME, resolver=resolver, expect={"within": "0ms"})

    assert (Outcome.DOWN, Reason.SLOW) == (attempt.outcome, attempt.reason)


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make `127.0.0.1:port` the system's resolvers."""

    def make(*resolvers: str) -> None:
        ports = iter([int(resolver.partition(":")[2]) for resolver in resolvers])
        found = [resolver.partition(":")[0] for resolver in resolvers]
        monkeypatch.setattr("vigie.probing.records.system_resolvers", lambda: found)
        monkeypatch.setattr("vigie.probing.dns.PORT", next(ports))

    return make


async def test_system_resolver_is_asked_without_one_given(ours: Callable[..., None]) -> None:
    async with name_server(zone(f"{NAME} A 192.0.2.1")) as resolver:
        ours(resolver)
        attempt = await ask(NAME, expect={"values": ["192.0.2.1"]})

    assert (Outcome.UP, "127.0.0.1") == (attempt.outcome, attempt.address)
    assert attempt.first_byte_us is not None


async def test_next_system_resolver_stands_in_for_a_silent_one(ours: Callable[..., None]) -> None:
    async with name_server(zone(f"{NAME} A 192.0.2.1")) as resolver:
        port = resolver.partition(":")[2]
        with socket.socket(type=socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.2", int(port)))
            ours(f"127.0.0.2:{port}", resolver)
            attempt = await ask(NAME, timeout="400ms")

    assert (Outcome.UP, "127.0.0.1") == (attempt.outcome, attempt.address)
    assert attempt.duration_us >= 200_000


async def test_silent_system_resolver_is_unknown(ours: Callable[..., None]) -> None:
    async with name_server(lambda _: None) as resolver:
        ours(resolver)
        attempt = await ask(NAME, **FAST)

    assert (Outcome.UNKNOWN, Reason.DNS_FAILED) == (attempt.outcome, attempt.reason)


async def test_refused_system_resolver_is_unknown(
    ours: Callable[..., None], closed_port: int
) -> None:
    ours(f"127.0.0.1:{closed_port}")
    attempt = await ask(NAME)

    assert (Outcome.UNKNOWN, Reason.DNS_FAILED) == (attempt.outcome, attempt.reason)
    assert f"our resolver failed: 127.0.0.1 port {closed_port} refused the connection" == (
        attempt.detail
    )


async def test_failure_of_the_system_resolver_is_unknown(ours: Callable[..., None]) -> None:
    async with name_server(zone(rcode=dns.rcode.SERVFAIL)) as resolver:
        ours(resolver)
        attempt = await ask(NAME)

    assert (Outcome.UNKNOWN, Reason.DNS_FAILED) == (attempt.outcome, attempt.reason)
    assert "our resolver answered SERVFAIL, expected NOERROR" == attempt.detail


async def test_name_that_our_resolver_does_not_find_is_down(ours: Callable[..., None]) -> None:
    async with name_server(zone(rcode=dns.rcode.NXDOMAIN)) as resolver:
        ours(resolver)
        attempt = await ask(NAME)

    assert (Outcome.DOWN, Reason.DNS_NOT_FOUND) == (attempt.outcome, attempt.reason)


async def test_system_without_a_resolver_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr("dns.resolver.Resolver.read_resolv_conf", none)
    attempt = await ask(NAME)

    assert (Outcome.UNKNOWN, Reason.DNS_FAILED) == (attempt.outcome, attempt.reason)


NO_NAME = "is not a name in DNS (write shop.example)"
NO_TYPE = "type of record (write A, AAAA, MX, TXT, …)"
NO_RESOLVER = "is not the address of a resolver (write 192.0.2.53, or 192.0.2.53:5353)"
NO_RCODE = "is not a response code (write NOERROR, NXDOMAIN, SERVFAIL or REFUSED)"
EITHER = "NXDOMAIN comes without values (write rcode or values, not both)"


@pytest.mark.parametrize(
    ("spec", "place", "message"),
    [
        ({"dns": "https://shop.example"}, "dns", f'"https://shop.example" {NO_NAME}'),
        ({"dns": "a..b"}, "dns", f'"a..b" {NO_NAME}'),
        ({"dns": "192.0.2.300", "type": "PTR"}, "dns", f'"192.0.2.300" {NO_NAME}'),
        ({"type": "B"}, "type", f'"B" is not a {NO_TYPE}'),
        ({"type": "ANY"}, "type", f"ANY is a question, not a {NO_TYPE}"),
        ({"resolver": "dns.example"}, "resolver", f'"dns.example" {NO_RESOLVER}'),
        ({"resolver": "192.0.2.256"}, "resolver", f'"192.0.2.256" {NO_RESOLVER}'),
        (
            {"resolver": "192.0.2.1:0"},
            "resolver",
            "port 0 cannot be probed (write a port from 1 to 65535)",
        ),
        ({"expect": {"rcode": "OK"}}, "expect.rcode", f'"OK" {NO_RCODE}'),
        (
            {"expect": {"values": ["shop"]}},
            "expect",
            '"shop" is no value of type A (write 192.0.2.1)',
        ),
        (
            {"expect": {"values": []}},
            "expect",
            "values without items are always there (write at least one, or no values)",
        ),
        ({"expect": {"values": ["1"], "rcode": "NXDOMAIN"}}, "expect", EITHER),
    ],
)
def test_bad_values_are_refused_with_place_and_what_to_write(
    spec: dict[str, Any], place: str, message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        endpoint(spec.pop("dns", NAME), **spec)

    (error,) = caught.value.errors()
    assert (place, message) == (".".join(map(str, error["loc"])), error["msg"])


@pytest.mark.parametrize(
    ("resolver", "parts"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)
def test_resolver_is_an_address_with_or_without_port(resolver: str, parts: tuple[str, int]) -> None:
    assert parts == split_resolver(resolver)
