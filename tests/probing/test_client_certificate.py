"""Targets that ask who connects: shown a good certificate, another one, or none."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from tests.probing.shop import OK, Street, answers, ask, settings

from vigie.probing import Outcome, Reason, clientcert
from vigie.probing.clientcert import ClientCertificate

Strict = Callable[[ssl.SSLContext], str]
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
FOUND = b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(autouse=True)
def _cache() -> Iterator[None]:
    clientcert._built.clear()
    yield
    clientcert._built.clear()


def asking(
    authority: trustme.CA, clients: trustme.CA, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> ssl.SSLContext:
    """A server that only serves those whom *clients* vouches for."""
    made = settings(authority)
    made.minimum_version = made.maximum_version = version
    made.verify_mode = ssl.CERT_REQUIRED
    clients.configure_trust(made)
    return made


@pytest.fixture
def strict() -> Iterator[Callable[[ssl.SSLContext], str]]:
    """Open servers on OpenSSL's own sockets: asyncio's tell nobody why they hang up."""
    with ExitStack() as stack:

        def open_one(made: ssl.SSLContext) -> str:
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            thread = threading.Thread(target=serve, args=(server, made))
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown, socket.SHUT_RDWR)
            return f"https://127.0.0.1:{server.getsockname()[1]}"

        yield open_one


def serve(server: socket.socket, made: ssl.SSLContext) -> None:
    """Answer each visitor until *server* is shut down."""
    with suppress(OSError):
        while True:
            visitor, _ = server.accept()
            with made.wrap_socket(
                visitor, server_side=True, do_handshake_on_connect=False
            ) as secured:
                try:
                    secured.do_handshake()
                    secured.recv(65536)
                    secured.sendall(OK)
                except ssl.SSLError:
                    drain(secured.detach())


def drain(descriptor: int) -> None:
    """Read to the end: closing earlier would take the alert back."""
    with socket.socket(fileno=descriptor) as plain, suppress(OSError):
        plain.shutdown(socket.SHUT_WR)
        while plain.recv(65536):
            pass


def issued(clients: trustme.CA, folder: Path) -> dict[str, str]:
    """Write a certificate and its key, and return them as the catalogue names them."""
    made = clients.issue_cert("probe.example")
    made.cert_chain_pems[0].write_to_path(folder / "probe.pem")
    made.private_key_pem.write_to_path(folder / "probe.key")
    return {"certificate": str(folder / "probe.pem"), "key": str(folder / "probe.key")}


@pytest.mark.parametrize("version", VERSIONS)
async def test_certificate_is_shown(
    street: Street, authority: trustme.CA, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    clients = trustme.CA()
    url = await street.open(answers(OK), asking(authority, clients, version))
    attempt = await ask(url, client_certificate=issued(clients, tmp_path))

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)
    assert attempt.certificate_expires is not None


@pytest.mark.parametrize("version", VERSIONS)
async def test_certificate_of_an_unknown_authority_is_refused(
    strict: Strict, authority: trustme.CA, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    url = strict(asking(authority, trustme.CA(), version))
    attempt = await ask(url, client_certificate=issued(trustme.CA(), tmp_path))

    assert (Outcome.DOWN, Reason.TLS) == (attempt.outcome, attempt.reason)
    assert "the target refused the client certificate: unknown ca" == attempt.detail


async def test_target_that_misses_a_certificate_says_so(
    strict: Strict, authority: trustme.CA
) -> None:
    attempt = await ask(strict(asking(authority, trustme.CA())))

    assert (Outcome.DOWN, Reason.TLS) == (attempt.outcome, attempt.reason)
    assert "the target wants a client certificate, and was shown none" == attempt.detail


async def test_changed_files_are_read_anew(
    street: Street, authority: trustme.CA, tmp_path: Path
) -> None:
    clients = trustme.CA()
    url = await street.open(answers(OK), asking(authority, clients))
    pair = issued(trustme.CA(), tmp_path)
    before = await ask(url, client_certificate=pair)
    issued(clients, tmp_path)
    after = await ask(url, client_certificate=pair)

    assert [Outcome.DOWN, Outcome.UP] == [before.outcome, after.outcome]


@pytest.mark.usefixtures("authority")
def test_settings_are_built_once_for_each_pair(tmp_path: Path) -> None:
    pair = ClientCertificate(**issued(trustme.CA(), tmp_path))

    assert clientcert.context(pair, verify=True) is clientcert.context(pair, verify=True)
    assert clientcert.context(pair, verify=True) is not clientcert.context(pair, verify=False)


async def test_certificate_is_not_shown_to_another_origin(
    street: Street, strict: Strict, authority: trustme.CA, tmp_path: Path
) -> None:
    clients = trustme.CA()
    there = strict(asking(authority, clients))
    here = await street.open(answers(FOUND % there.encode()), settings(authority))
    attempt = await ask(here, client_certificate=issued(clients, tmp_path))

    assert "the target wants a client certificate, and was shown none" == attempt.detail


@pytest.mark.usefixtures("authority")
@pytest.mark.parametrize(
    ("spoil", "detail"),
    [
        ("missing", "the prober cannot read {0}/probe.key: No such file or directory"),
        ("swapped", "{0}/probe.pem and {0}/probe.key are no certificate and its key, in PEM"),
        ("locked", "{0}/probe.key is protected by a password"),
    ],
)
async def test_files_that_cannot_be_used_are_unknown(
    street: Street, tmp_path: Path, spoil: str, detail: str
) -> None:
    pair = issued(trustme.CA(), tmp_path)
    key = tmp_path / "probe.key"
    if spoil == "missing":
        key.unlink()
    elif spoil == "swapped":
        trustme.CA().issue_cert("other.example").private_key_pem.write_to_path(key)
    else:
        plain = serialization.load_pem_private_key(key.read_bytes(), None)
        key.write_bytes(
            plain.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(b"password"),
            )
        )
    url = await street.open(answers(OK), settings(trustme.CA()))
    attempt = await ask(url, client_certificate=pair)

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert detail.format(tmp_path) == attempt.detail
