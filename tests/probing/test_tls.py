"""Certificates: good, and each way of being bad."""

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from tests.probing.shop import OK, Street, answers, ask, settings

from vigie.probing import Outcome, Reason, trust

NOW = datetime.now(UTC).replace(microsecond=0)


async def test_good_certificate_is_up_and_dated(street: Street, authority: trustme.CA) -> None:
    ends = NOW + timedelta(days=90)
    url = await street.open(answers(OK), settings(authority, not_after=ends))
    attempt = await ask(url)

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)
    assert ends == attempt.certificate_expires
    assert attempt.tls_us is not None
    assert attempt.tls_us > 0


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_both_versions_work(
    street: Street, authority: trustme.CA, version: ssl.TLSVersion
) -> None:
    made = settings(authority)
    made.minimum_version = made.maximum_version = version
    page = b"HTTP/1.1 200 OK\r\n\r\n" + b"ok" * 50_000
    attempt = await ask(await street.open(answers(page), made), expect={"body_contains": "ok"})

    assert Outcome.UP == attempt.outcome


async def test_expired_certificate_is_down_and_dated(street: Street, authority: trustme.CA) -> None:
    ended = NOW - timedelta(days=3)
    made = settings(authority, not_before=NOW - timedelta(days=90), not_after=ended)
    attempt = await ask(await street.open(answers(OK), made))

    assert (Outcome.DOWN, Reason.TLS_EXPIRED) == (attempt.outcome, attempt.reason)
    assert "the certificate has expired" == attempt.detail
    assert ended == attempt.certificate_expires
    assert attempt.status is None


@pytest.mark.usefixtures("authority")
@pytest.mark.parametrize("retries", [["2s"], []])
async def test_authority_that_is_trusted_since_is_found(
    street: Street,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    retries: list[str],
) -> None:
    """A prober runs for months, and the system's authorities are brought up to date meanwhile."""
    monkeypatch.setattr(trust, "LOOK_S", 1e9)
    newcomer = trustme.CA()
    url = await street.open(answers(OK), settings(newcomer))
    before = await ask(url, retries=retries)
    newcomer.cert_pem.write_to_path(tmp_path / "ca.pem", append=True)
    soon_after = await ask(url, retries=retries)
    monkeypatch.setattr(trust, "LOOK_S", 1e-6)
    later = await ask(url, retries=retries)

    assert (Reason.TLS_UNTRUSTED, Reason.TLS_UNTRUSTED) == (before.reason, soon_after.reason)
    assert (Outcome.UP, "rustls" if retries else "openssl") == (later.outcome, later.tls_by)


async def test_second_look_that_hangs_changes_no_verdict(
    street: Street, authority: trustme.CA
) -> None:
    """The date is asked for on another connection, which a server may leave waiting."""
    made = settings(authority, not_before=NOW - timedelta(days=9), not_after=NOW - timedelta(3))

    async def serves_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if street.connections == 1:
            await writer.start_tls(made)
        await reader.read()

    url = (await street.open(serves_one)).replace("http", "https")
    attempt = await ask(url, timeout="1s", retries=[])

    assert (Outcome.DOWN, Reason.TLS_EXPIRED) == (attempt.outcome, attempt.reason)
    assert attempt.certificate_expires is None


async def test_future_certificate_is_down(street: Street, authority: trustme.CA) -> None:
    made = settings(authority, not_before=NOW + timedelta(days=1))
    attempt = await ask(await street.open(answers(OK), made))

    expected = (Reason.TLS_EXPIRED, "the certificate is not valid yet")
    assert expected == (attempt.reason, attempt.detail)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_certificate_of_another_host_is_down(
    street: Street, authority: trustme.CA, host: str
) -> None:
    url = await street.open(answers(OK), settings(authority, "shop.example"))
    attempt = await ask(url.replace("127.0.0.1", host))

    expected = (Reason.TLS_HOSTNAME, f"the certificate is not for {host}")
    assert expected == (attempt.reason, attempt.detail)


@pytest.mark.usefixtures("authority")
async def test_certificate_of_an_unknown_authority_is_down(street: Street) -> None:
    attempt = await ask(await street.open(answers(OK), settings(trustme.CA())))

    assert (Outcome.DOWN, Reason.TLS_UNTRUSTED) == (attempt.outcome, attempt.reason)
    assert (
        "the certificate is not trusted: unable to get local issuer certificate" == attempt.detail
    )


@pytest.mark.usefixtures("authority")
async def test_verification_can_be_turned_off_with_a_reason(street: Street) -> None:
    ends = NOW + timedelta(days=5)
    made = settings(trustme.CA(), "shop.example", not_after=ends)
    attempt = await ask(await street.open(answers(OK), made), verify={"disabled": "laboratory"})

    assert (Outcome.UP, ends) == (attempt.outcome, attempt.certificate_expires)


@pytest.mark.parametrize(
    ("wanted", "detail"),
    [
        (10, None),
        (11, "the certificate ends on {:%Y-%m-%d}, in 10 days, expected at least 11"),
    ],
)
async def test_days_left(
    street: Street, authority: trustme.CA, wanted: int, detail: str | None
) -> None:
    ends = NOW + timedelta(days=10, hours=12)
    url = await street.open(answers(OK), settings(authority, not_after=ends))
    attempt = await ask(url, expect={"certificate_days": wanted})

    expected = (Reason.CERTIFICATE_DAYS, detail.format(ends)) if detail else (None, None)
    assert expected == (attempt.reason, attempt.detail)


async def test_days_without_a_certificate_are_unknown(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a placeholder nobody sees that the URL is plain: met in silence, it would hide it."""
    monkeypatch.setenv("SHOP", await street.open(answers(OK)))
    attempt = await ask("${env:SHOP}/", expect={"certificate_days": 10})

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    expected = "there was no certificate with an end, expected one of at least 10 days"
    assert expected == attempt.detail


async def test_final_dot_of_a_name_is_in_no_certificate(
    street: Street, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await street.open(answers(OK), settings(authority, "shop.example"))
    port = int(url.rpartition(":")[2])

    async def here(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", here)
    by_rustls = await ask(f"https://shop.example.:{port}/")
    by_openssl = await ask(f"https://shop.example.:{port}/", retries=[])
    other = await ask(f"https://shop.example.net.:{port}/")

    assert (Outcome.UP, "rustls") == (by_rustls.outcome, by_rustls.tls_by)
    assert (Outcome.UP, "openssl") == (by_openssl.outcome, by_openssl.tls_by)
    assert Reason.TLS_HOSTNAME == other.reason


@pytest.mark.parametrize("year", [2049, 2050, 2100])
def test_date_is_read_in_both_forms(authority: trustme.CA, year: int) -> None:
    """Until 2049 a certificate's year has two digits, afterwards four."""
    ends = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    issued = authority.issue_cert("shop.example", not_after=ends)
    pem = issued.cert_chain_pems[0].bytes().decode()

    assert ends == trust.expiry(ssl.PEM_cert_to_DER_cert(pem))


@pytest.mark.parametrize("der", [None, b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"0" * 100])
def test_unreadable_certificate_has_no_date(der: bytes | None) -> None:
    assert trust.expiry(der) is None
