"""Throw-away certificates, and an RFC 3161 server on loopback that stamps with one of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

ASN1: Any = asn1  # none of them is typed throughout
KEYS: Any = keys
TSP: Any = tsp
PEM = serialization.Encoding.PEM
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)  # slow; one serves all
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate, with its key and its root."""

    certificate: x509.Certificate
    root: x509.Certificate

    def pkcs12(self, path: Path, password: str = "secret") -> Path:
        kind = serialization.BestAvailableEncryption(password.encode())
        content = pkcs12.serialize_key_and_certificates(
            b"seal", KEY, self.certificate, [self.root], kind
        )
        path.write_bytes(content)
        return path

    def pem(self, folder: Path) -> tuple[Path, Path]:
        key, certificate = folder / "key.pem", folder / "certificate.pem"
        kind = serialization.NoEncryption()
        key.write_bytes(KEY.private_bytes(PEM, serialization.PrivateFormat.PKCS8, kind))
        certificate.write_bytes(self.certificate.public_bytes(PEM))
        return key, certificate

    def roots(self, path: Path) -> Path:
        path.write_bytes(self.root.public_bytes(PEM))
        return path


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(name: str, issuer: str, begins: datetime, ends: datetime) -> Any:
    return (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    others = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=False,
        key_cert_sign=not signs,
        crl_sign=not signs,
        decipher_only=False,
        **others,
    )


def issue(
    name: str,
    *,
    begins: datetime | None = None,
    days: int = 365,
    stamps: bool = False,
    revocations: str | None = None,
) -> Issued:
    """Return a certificate of a root of its own; *stamps*: it may only make timestamps.

    *revocations* is the address of the root's list of revoked certificates.
    """
    now = begins or datetime.now(UTC) - timedelta(hours=1)
    root = _certificate("Root of " + name, "Root of " + name, now - YEAR, now + 20 * YEAR)
    leaf = _certificate(name, "Root of " + name, now, now + timedelta(days=days))
    leaf = leaf.add_extension(_usage(signs=True), critical=True)
    if stamps:
        only = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        leaf = leaf.add_extension(only, critical=True)
    if revocations:
        leaf = leaf.add_extension(_listed_at(revocations), critical=False)
    return Issued(
        certificate=leaf.sign(KEY, hashes.SHA256()),
        root=root.add_extension(_usage(signs=False), critical=True).sign(KEY, hashes.SHA256()),
    )


def _listed_at(url: str) -> x509.CRLDistributionPoints:
    named = [x509.UniformResourceIdentifier(url)]
    point = x509.DistributionPoint(
        full_name=named, relative_name=None, reasons=None, crl_issuer=None
    )
    return x509.CRLDistributionPoints([point])


def revoked(issued: Issued, *, at: datetime | None) -> bytes:
    """Return the root's list; the certificate is on it when it was revoked *at* an instant."""
    now = datetime.now(UTC)
    listed = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issued.root.subject)
        .last_update(now - timedelta(minutes=5))
        .next_update(now + timedelta(days=1))
    )
    if at:
        number = issued.certificate.serial_number
        entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(at)
        listed = listed.add_revoked_certificate(entry.build())
    return listed.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def stamper(issued: Issued, at: datetime | None = None) -> DummyTimeStamper:
    der = serialization.Encoding.DER
    key = KEY.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate: Any = ASN1.Certificate.load(issued.certificate.public_bytes(der))
    return DummyTimeStamper(certificate, KEYS.PrivateKeyInfo.load(key), fixed_dt=at)


@asynccontextmanager
async def stamping(issued: Issued, at: datetime | None = None) -> AsyncIterator[str]:
    """Serve timestamps, all of the instant *at*; give the URL."""

    async def stamp(request: web.Request) -> web.Response:
        asked = TSP.TimeStampReq.load(await request.read())
        answer: Any = stamper(issued, at).request_tsa_response(asked)
        return web.Response(body=answer.dump(), content_type="application/timestamp-reply")

    async with serving(stamp) as url:
        yield url


@asynccontextmanager
async def serving(answer: Any) -> AsyncIterator[str]:
    """Serve *answer* to every request on loopback; give the URL."""
    app = web.Application()
    app.router.add_route("*", "/tsr", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/tsr?key=hidden"
    finally:
        await runner.cleanup()
