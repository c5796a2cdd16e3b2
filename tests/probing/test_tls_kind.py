"""The kind tls: handshakes and certificates; what every kind shares is in test_stream_faults."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme
from pydantic import ValidationError
from tests.probing.shop import Street, settings

from vigie.probing import Attempt, Outcome, Reason
from vigie.probing.checked import listening
from vigie.probing.tls import TlsEndpoint, probe

NOW = datetime.now(UTC).replace(microsecond=0)


async def ask(url: str, **spec: Any) -> Attempt:
    spec = {"key": "certificate", "tls": url.partition("//")[2], **spec}
    return await probe(TlsEndpoint.model_validate(spec), number=1, allow=("loopback",))


async def listens(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_good_certificate_is_up_dated_and_timed(
    street: Street, authority: trustme.CA
) -> None:
    ends = NOW + timedelta(days=90)
    attempt = await ask(await street.open(listens, settings(authority, not_after=ends)))

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)
    assert ends == attempt.certificate_expires
    assert 0 < (attempt.tls_us or 0) < attempt.duration_us
    assert (None, None) == (attempt.first_byte_us, attempt.status)


async def test_target_sees_a_whole_handshake_and_a_good_bye(
    street: Street, authority: trustme.CA
) -> None:
    """A handshake that is cut looks like an attack in the target's log, once a minute."""
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def keeps(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        heard.put_nowait(await reader.read())

    await ask(await street.open(keeps, settings(authority)))

    async with asyncio.timeout(5):
        assert b"" == await heard.get()


@pytest.mark.parametrize(
    ("speaks", "asked", "detail"),
    [
        ("TLSv1_2", "TLSv1.2", None),
        ("TLSv1_3", "TLSv1.2", None),
        ("TLSv1_3", "TLSv1.3", None),
        ("TLSv1_2", "TLSv1.3", "agreed on TLSv1.2, expected at least TLSv1.3"),
    ],
)
async def test_version_is_at_least_the_one_asked_for(
    speaks: str, asked: str, detail: str | None, street: Street, authority: trustme.CA
) -> None:
    made = settings(authority)
    made.minimum_version = made.maximum_version = ssl.TLSVersion[speaks]
    attempt = await ask(await street.open(listens, made), expect={"protocol": asked})

    assert (Reason.TLS if detail else None, detail) == (attempt.reason, attempt.detail)


async def test_target_that_speaks_only_older_versions_is_down(street: Street) -> None:
    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(bytes.fromhex("15 03 01 0002 02 46"))  # a fatal alert: protocol_version

    attempt = await ask(await street.open(refuses))

    assert (Outcome.DOWN, Reason.TLS) == (attempt.outcome, attempt.reason)
    assert "the TLS handshake failed: tlsv1 alert protocol version" == attempt.detail


@pytest.mark.parametrize(("wanted", "up"), [(10, True), (11, False)])
async def test_days_left(wanted: int, up: bool, street: Street, authority: trustme.CA) -> None:
    ends = NOW + timedelta(days=10, hours=12)
    url = await street.open(listens, settings(authority, not_after=ends))
    attempt = await ask(url, expect={"certificate_days": wanted})

    reason = None if up else Reason.CERTIFICATE_DAYS
    assert (reason, ends) == (attempt.reason, attempt.certificate_expires)


async def test_server_name_is_asked_for_and_checked(street: Street, authority: trustme.CA) -> None:
    asked: list[str] = []
    made = settings(authority, "www.shop.example")
    made.sni_callback = lambda _socket, name, _settings: asked.append(name)
    url = await street.open(listens, made)
    good = await ask(url, server_name="WWW.shop.example")
    bad = await ask(url, server_name="mail.shop.example")

    assert (Outcome.UP, None) == (good.outcome, good.detail)
    expected = (Reason.TLS_HOSTNAME, "the certificate is not for mail.shop.example")
    assert expected == (bad.reason, bad.detail)
    assert ["www.shop.example", "mail.shop.example"] == asked


async def test_verification_can_be_turned_off_with_a_reason(street: Street) -> None:
    ends = NOW + timedelta(days=5)
    url = await street.open(listens, settings(trustme.CA(), "shop.example", not_after=ends))
    attempt = await ask(url, verify={"disabled": "laboratory"}, expect={"certificate_days": 4})

    assert (Outcome.UP, ends) == (attempt.outcome, attempt.certificate_expires)


async def test_each_expectation_is_told(street: Street, authority: trustme.CA) -> None:
    made = settings(authority, not_after=NOW + timedelta(days=10, hours=12))
    url = await street.open(listens, made)
    with listening() as told:
        await ask(url, expect={"certificate_days": 20, "protocol": "TLSv1.3", "within": "10s"})

    passed = {one.name: one.passed for one in told}
    assert {"certificate_days": False, "protocol": True, "within": True} == passed
    assert "TLSv1.3" in [one.came for one in told]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"tls": "shop.example"}, '"shop.example" has no port (write shop.example:443)'),
        ({"tls": True}, "not a host and a port (write host:port)"),
        ({"server_name": 7}, "7 is not a host name (write www.shop.example)"),
        ({"verify": {"disabled": ""}}, "the certificate is checked unless a reason is given"),
        ({"expect": {"protocol": "SSLv3"}}, "Input should be 'TLSv1.2' or 'TLSv1.3'"),
        ({"expect": {"certificate_days": 0}}, "greater than or equal to 1"),
    ],
)
def test_bad_values_are_refused(spec: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TlsEndpoint.model_validate({"key": "a", "tls": "shop.example:443", **spec})

    assert words in str(caught.value)
