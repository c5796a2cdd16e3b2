"""Who asks, over which version of IP, and what never goes along."""

import asyncio
import socket
from base64 import b64encode
from typing import Any

import pytest
from pydantic import ValidationError
from tests.probing.shop import OK, Street, answers, ask, body, endpoint, keeps

from vigie.probing import Outcome, Reason

FOUND = b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n"
BASIC = {"basic": {"user": "probe", "password": "${env:SHOP_PASSWORD}"}}


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "pass:wörd")
    monkeypatch.setenv("SHOP_TOKEN", "t0ps3cret")


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        (BASIC, b"Authorization: Basic " + b64encode("probe:pass:wörd".encode())),
        ({"bearer": "${env:SHOP_TOKEN}"}, b"Authorization: Bearer t0ps3cret"),
    ],
)
async def test_auth_is_sent(street: Street, auth: dict[str, Any], header: bytes) -> None:
    seen: list[bytes] = []
    attempt = await ask(await street.open(keeps(seen)), auth=auth)

    assert Outcome.UP == attempt.outcome
    assert header in seen[0].split(b"\r\n")


@pytest.mark.parametrize("auth", [BASIC, {"bearer": "${env:SHOP_TOKEN}"}])
async def test_auth_stays_with_its_origin(street: Street, auth: dict[str, Any]) -> None:
    """Not even when the other origin leads back to the first one."""
    here_seen: list[bytes] = []
    there_seen: list[bytes] = []
    doors: dict[str, bytes] = {}

    async def here(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        steps = [FOUND % b"/same", FOUND % doors["there"], OK]
        await keeps(here_seen, *steps)(reader, writer)

    url = await street.open(here)
    doors["there"] = (await street.open(keeps(there_seen, FOUND % url.encode()))).encode()
    attempt = await ask(url, auth=auth)

    assert Outcome.UP == attempt.outcome
    assert [True, True, False] == [b"Authorization" in request for request in here_seen]
    assert [False] == [b"Authorization" in request for request in there_seen]


@pytest.mark.parametrize(
    "echo", [b64encode("probe:pass:wörd".encode()).decode(), "pass:w\\u00f6rd", "pass%3Aw%C3%B6rd"]
)
async def test_echoed_auth_is_hidden_in_every_form(street: Street, echo: str) -> None:
    url = await street.open(answers(body(b"", f"X-Echo: <{echo}>")))
    attempt = await ask(url, auth=BASIC, expect={"header": {"X-Echo": "none"}})

    assert "header X-Echo is <***>, expected none" == attempt.detail


async def test_long_secret_is_hidden_before_its_text_is_cut(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = "eyJ" + "h" * 200
    monkeypatch.setenv("SHOP_TOKEN", token)
    url = await street.open(answers(body(b"", f"X-Echo: {token}")))
    attempt = await ask(
        url, auth={"bearer": "${env:SHOP_TOKEN}"}, expect={"header": {"X-Echo": "none"}}
    )

    assert "header X-Echo is ***, expected none" == attempt.detail


async def test_secret_that_is_no_url_is_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", "t0ps3cret" * 20)
    attempt = await ask("${env:SHOP_URL}")

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert "with its placeholders: the URL is not http or https" == attempt.detail


async def test_user_with_a_colon_in_its_placeholder_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHOP_USER", "a:b")
    auth = {"basic": {"user": "${env:SHOP_USER}", "password": "${env:SHOP_PASSWORD}"}}
    attempt = await ask("http://127.0.0.1/", auth=auth)

    assert "with its placeholders: the user's name holds a colon" == attempt.detail


async def test_cookies_are_not_kept(street: Street) -> None:
    seen: list[bytes] = []
    baker = FOUND.replace(b"\r\n\r\n", b"\r\nSet-Cookie: session=1; Path=/\r\n\r\n") % b"/next"
    attempt = await ask(await street.open(keeps(seen, baker, OK)))

    assert (Outcome.UP, 2) == (attempt.outcome, len(seen))
    assert not any(b"cookie" in request.lower() for request in seen)


# IPv4 and IPv6 apart


def _addresses(*found: str) -> Any:
    """Stand in for a resolver that knows *found* of a host, and obeys the family asked for."""

    async def getaddrinfo(_host: str, port: int, *, family: int = 0, **_: object) -> Any:
        infos = [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
            for a in found
        ]
        fitting = [info for info in infos if family in (socket.AF_UNSPEC, info[0])]
        if not fitting:
            raise socket.gaierror(socket.EAI_NODATA, "No address associated with hostname")
        return fitting

    return getaddrinfo


@pytest.mark.parametrize(("ip", "address"), [(4, "127.0.0.1"), (6, "::1")])
async def test_version_of_ip_is_chosen(
    street: Street, ip: int, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int((await street.open(answers(OK))).rpartition(":")[2])
    await street.open(answers(OK), host="::1", port=port)
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", _addresses("::1", "127.0.0.1"))
    attempt = await ask(f"http://shop.example:{port}/", ip=ip)

    assert (Outcome.UP, address) == (attempt.outcome, attempt.address)


async def test_host_without_such_an_address_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", _addresses("127.0.0.1"))
    attempt = await ask("http://shop.example/", ip=6)

    assert (Outcome.DOWN, Reason.DNS_NOT_FOUND) == (attempt.outcome, attempt.reason)
    assert "shop.example has no IPv6 address" == attempt.detail


async def test_ipv4_in_the_clothes_of_ipv6_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", _addresses("::ffff:127.0.0.1"))
    attempt = await ask("http://shop.example/", ip=6)

    assert "shop.example has no IPv6 address" == attempt.detail


async def test_failing_resolver_is_unknown_whatever_the_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", broken)
    attempt = await ask("http://shop.example/", ip=6)

    assert (Outcome.UNKNOWN, Reason.DNS_FAILED) == (attempt.outcome, attempt.reason)


async def test_address_of_the_other_version_is_down() -> None:
    attempt = await ask("http://[::1]/", ip=4)

    assert (Reason.DNS_NOT_FOUND, "::1 has no IPv4 address") == (attempt.reason, attempt.detail)


# The model


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (
            {"auth": {"bearer": "t0ps3cret"}},
            (
                "a secret in the catalogue would be kept in the database"
                " (write ${env:NAME} or ${file:PATH})"
            ),
        ),
        (
            {"auth": {}},
            "auth takes one way (write basic: {user: …, password: …}, or bearer: …)",
        ),
        (
            {"auth": {**BASIC, "bearer": "${env:SHOP_TOKEN}"}},
            "auth takes one way (write basic: {user: …, password: …}, or bearer: …)",
        ),
        (
            {"auth": {"basic": {"user": "a:b", "password": "${env:SHOP_PASSWORD}"}}},
            "the user's name holds a colon (write user and password, each by itself)",
        ),
        (
            {"auth": BASIC, "headers": {"authorization": "x"}},
            "auth and the header Authorization say the same (write one of them)",
        ),
        (
            {"auth": {"bearer": "{{token}}"}},
            "nothing captures {{token}} (write ${env:NAME}, or an endpoint of steps)",
        ),
        ({"ip": 5}, "not a version of IP (write any, 4 or 6)"),
        (
            {"ip": 4, "proxy": "http://proxy.example:3128"},
            "ip says nothing behind a proxy, which connects by itself (write one of them)",
        ),
        (
            {"proxy": "https://proxy.example:3128"},
            (
                "a proxy is a host and a port, asked in plain HTTP (write http://host:port,"
                " and basic: {user: …, password: …} beside it)"
            ),
        ),
        (
            {"proxy": "http://user:t0ps3cret@proxy.example:3128"},
            (
                "the URL holds a user name (write http://host:port,"
                " and basic: {user: …, password: …} beside it)"
            ),
        ),
        (
            {
                "http": "http://shop.example/",
                "client_certificate": {"certificate": "a.pem", "key": "a.key"},
            },
            "client_certificate needs a certificate (write http: https://…)",
        ),
    ],
)
def test_bad_spec_is_refused(spec: dict[str, Any], problem: str) -> None:
    spec = {"http": "https://shop.example/", **spec}
    url = spec.pop("http")
    with pytest.raises(ValidationError) as caught:
        endpoint(url, **spec)

    assert [problem] == [error["msg"] for error in caught.value.errors()]


def test_spec_survives_the_database_and_keeps_placeholders_only() -> None:
    made = endpoint(
        "https://shop.example/",
        auth=BASIC,
        client_certificate={"certificate": "a.pem", "key": "a.key"},
        proxy={"url": "http://${env:PROXY}:3128", **BASIC},
    )
    kept = made.model_dump_json(by_alias=True)

    assert "pass:wörd" not in kept
    assert made == type(made).model_validate_json(kept)


def test_younger_options_change_no_older_spec() -> None:
    kept = endpoint("https://shop.example/").model_dump(mode="json", by_alias=True)

    assert not {"auth", "client_certificate", "ip", "proxy"} & set(kept)
    assert 6 == endpoint("https://shop.example/", ip="6").model_dump()["ip"]
