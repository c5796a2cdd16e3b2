"""Two ways of TLS give one verdict: what rustls refuses, OpenSSL judges."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID as Use
from cryptography.x509.oid import NameOID
from tests.probing.shop import OK, Street, answers, ask, settings

from vigie.probing import Outcome, Reason, rustls, trust
from vigie.probing.connecting import connect
from vigie.probing.failure import Failed
from vigie.probing.trace import Trace

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
HOST = "127.0.0.1"


class Issuer:
    """Somebody who signs certificates, and may be signed for."""

    def __init__(self, by: "Issuer | None" = None, **said: Any) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Issuer {id(self)}")])
        self.by = by or self
        self.certificate = self.by.sign(self, **({"ca": True} | said))

    def sign(
        self,
        subject: "Issuer",
        *,
        ca: bool | None = False,
        starts: datetime = NOW - DAY,
        ends: datetime = NOW + 30 * DAY,
        names: tuple[x509.GeneralName, ...] = (),
        uses: tuple[x509.ObjectIdentifier, ...] = (),
        within: str | None = None,
        name: str | None = None,
    ) -> x509.Certificate:
        """Return *subject*'s certificate; *within*: the only network it may sign for."""
        common = [x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else None
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name(common) if common else subject.name)
            .issuer_name(self.name)
            .public_key(subject.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(starts)
            .not_valid_after(ends)
        )
        if ca is not None:
            made = made.add_extension(x509.BasicConstraints(ca, None), critical=True)
        if names:
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        if uses:
            made = made.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        if within:
            allowed = [x509.IPAddress(ip_network(within))]
            made = made.add_extension(x509.NameConstraints(allowed, None), critical=True)
        return made.sign(self.key, hashes.SHA256())


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def shop(by: Issuer, *between: Issuer, **said: Any) -> tuple[Issuer, tuple[Issuer, ...]]:
    """Return a server's certificate by *by*, and the issuers that the server sends along."""
    return Issuer(
        by, **({"ca": False, "names": (x509.IPAddress(ip_address(HOST)),)} | said)
    ), between


def by_child(root: Issuer, *, sent: bool = True, **said: Any) -> tuple[Issuer, tuple[Issuer, ...]]:
    child = Issuer(root, **said)
    return shop(child, *([child] if sent else []))


CASES: dict[str, tuple[bool, Callable[[Issuer], tuple[Issuer, tuple[Issuer, ...]]]]] = {
    "good": (True, shop),
    "for a server": (True, lambda root: shop(root, uses=(Use.SERVER_AUTH,))),
    "of a child, sent": (True, by_child),
    "of a child, not sent": (False, lambda root: by_child(root, sent=False)),
    "expired": (False, lambda root: shop(root, ends=NOW - DAY / 2)),
    "to come": (False, lambda root: shop(root, starts=NOW + DAY)),
    "of an expired child": (False, lambda root: by_child(root, ends=NOW - DAY / 2)),
    "of a child that is none": (False, lambda root: by_child(root, ca=False)),
    "of a stranger": (False, lambda _: shop(Issuer())),
    "of itself": (False, lambda _: shop(None)),  # type: ignore[arg-type]
    "for another address": (
        False,
        lambda root: shop(root, names=(x509.IPAddress(ip_address("127.0.0.2")),)),
    ),
    "for a name": (False, lambda root: shop(root, names=(x509.DNSName("shop.example"),))),
    "for an address as a name": (False, lambda root: shop(root, names=(x509.DNSName(HOST),))),
    "for any name": (False, lambda root: shop(root, names=(x509.DNSName("*"),))),
    "for a client": (False, lambda root: shop(root, uses=(Use.CLIENT_AUTH,))),
    "within its network": (True, lambda root: by_child(root, within="127.0.0.0/8")),
    "outside its network": (False, lambda root: by_child(root, within="10.0.0.0/8")),
}


@pytest.mark.parametrize("case", CASES)
async def test_both_give_the_same_verdict(
    street: Street, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    good, make = CASES[case]
    root = Issuer()
    tmp_path.joinpath("ca.pem").write_bytes(pem(root.certificate))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    server, between = make(root)
    served = _served(server, between, tmp_path)
    port = _port(await street.open(answers(OK), served))
    quick = rustls.new_context("http/1.1")
    assert quick is not None

    assert await _accepts(quick, port) is good
    assert await _accepts(trust.new_context("http/1.1", verify=True), port) is good


async def test_both_take_a_wildcard_for_one_label(street: Street, authority: trustme.CA) -> None:
    port = _port(await street.open(answers(OK), settings(authority, "*.shop.example")))
    for host, good in [
        ("www.shop.example", True),
        ("shop.example", False),
        ("a.b.shop.example", False),
    ]:
        for context in (rustls.context("http/1.1"), trust.context(verify=True)):
            assert context is not None
            assert await _accepts(context, port, host) is good


async def test_rustls_says_that_all_is_well(street: Street, authority: trustme.CA) -> None:
    attempt = await ask(await street.open(answers(OK), settings(authority)), retries=["2s"])

    assert (Outcome.UP, "rustls") == (attempt.outcome, attempt.tls_by)


@pytest.mark.usefixtures("authority")
def test_a_version_of_rtls_that_tells_no_end_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer that ends with its connection would wait for its timeout."""
    assert rustls.new_context("http/1.1") is not None

    def tells_not(_: object) -> bool:
        raise AttributeError("_conn")

    monkeypatch.setattr(rustls, "is_over", tells_not)
    assert rustls.new_context("http/1.1") is None


async def test_without_another_attempt_openssl_does_it(
    street: Street, authority: trustme.CA
) -> None:
    """A server that falls silent at an unexpected greeting must not read as down."""
    attempt = await ask(await street.open(answers(OK), settings(authority)), retries=[])

    assert (Outcome.UP, "openssl") == (attempt.outcome, attempt.tls_by)


async def test_openssl_judges_what_rustls_refuses(street: Street, authority: trustme.CA) -> None:
    made = settings(authority, not_before=NOW - 9 * DAY, not_after=NOW - 3 * DAY)
    attempt = await ask(await street.open(answers(OK), made), retries=["2s"])

    assert (Reason.TLS_EXPIRED, "openssl") == (attempt.reason, attempt.tls_by)
    assert "the certificate has expired" == attempt.detail


async def test_answer_that_ends_with_the_good_bye_is_whole(
    street: Street, authority: trustme.CA
) -> None:
    """This server closes the connection only when its good-bye was answered."""
    url = await street.open(answers(b"HTTP/1.1 200 OK\r\n\r\nok"), settings(authority))
    attempt = await ask(url, expect={"body_contains": "ok"}, timeout="2s")

    assert (Outcome.UP, "rustls") == (attempt.outcome, attempt.tls_by)


async def test_what_only_openssl_understands_is_left_to_it(
    street: Street, authority: trustme.CA
) -> None:
    made = settings(authority)
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers("ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA256")  # none of rustls'
    url = await street.open(answers(OK), made)
    attempts = [await ask(url, retries=["2s"]) for _ in range(2)]

    assert [Outcome.UP, Outcome.UP] == [attempt.outcome for attempt in attempts]
    assert ["openssl", "openssl"] == [attempt.tls_by for attempt in attempts]
    assert not rustls.serves(HOST, _port(url), Trace(number=1, first_of_several=True), "http/1.1")


def _served(server: Issuer, between: tuple[Issuer, ...], folder: Any) -> ssl.SSLContext:
    key = server.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "server.pem"
    file.write_bytes(key + pem(server.certificate, *(one.certificate for one in between)))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(file)
    return made


async def _accepts(context: ssl.SSLContext, port: int, host: str = HOST) -> bool:
    connection = await connect([HOST], port, Trace(number=1))
    try:
        async with asyncio.timeout(5):
            await connection.secure(context, host)
    except Failed:
        return False
    finally:
        connection.close()
    return True


def _port(url: str) -> int:
    return int(url.rpartition(":")[2].partition("/")[0])
