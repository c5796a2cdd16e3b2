"""The channel email: one mail to one address, through the server of the rota."""

import asyncio
import os
import re
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage

import aiosmtplib

from vigie import clock
from vigie.probing import BadUrl, NotReached, ascii_host, callable_addresses, trusted_tls
from vigie.watching.channels.letter import letter
from vigie.watching.message import Mail, Message, NotSent, Sent, Transport

CONNECT_S = 10.0  # for all addresses of the server together
ANSWER_S = 15.0  # for one answer; `channels.send` bounds them all
SAID_MAX = 160  # characters of an answer that are told
FOR_GOOD = range(500, 600)  # answers that another attempt would get again
# Steps that such an answer is about this mail in; before them it is about the server, or about us.
RECIPIENT, CONTENT = "the recipient", "the message"
NO_SUCH_EXTENSION = (aiosmtplib.SMTPException, aiosmtplib.SMTPNotSupported)


async def send(target: Mapping[str, str], message: Message, transport: Transport) -> Sent:
    """Mail *message* to the address *to*; the reference is what the server said to it."""
    mail = transport.mail
    if mail is None:
        why = "no mail server is known (write mail: {host: …, sender: …} in reports/rota.yaml)"
        raise NotSent(why, temporary=False)
    written = letter(message, sender=mail.sender, to=target["to"], now=clock.now())
    smtp = await _client(mail, transport.allow)
    try:
        said = await _deliver(smtp, mail, written)
        _leave(smtp)
        return Sent(reference=_short(said))
    finally:
        if smtp.transport:
            smtp.transport.abort()  # type: ignore[attr-defined] # a socket's transport has it
        smtp.close()


async def _deliver(smtp: aiosmtplib.SMTP, mail: Mail, written: EmailMessage) -> str:
    """Say all that has to be said; return the server's last words."""
    with _step(mail.host, "the connection"):
        await smtp.connect()
    if mail.tls == "starttls":
        with _step(mail.host, "STARTTLS"):
            await smtp.starttls()
    if mail.user is not None:
        with _step(mail.host, "the login"):
            await smtp.login(mail.user, mail.password or "")
    with _step(mail.host, "the sender"):
        await smtp.mail(written["From"].addresses[0].addr_spec)
    with _step(mail.host, RECIPIENT):
        await smtp.rcpt(written["To"].addresses[0].addr_spec)
    # The end of the message goes out with it: who hears nothing then cannot know.
    with _step(mail.host, f"{CONTENT}, and may have taken it"):
        return (await smtp.data(written.as_bytes())).message


@contextmanager
def _step(host: str, to: str) -> Iterator[None]:
    """Turn what goes wrong in the answer *to* a step into `NotSent`, never with a secret."""
    try:
        yield
    except aiosmtplib.SMTPAuthenticationError as error:
        # Without its words: some servers repeat what they were sent.
        raise _answered(host, error.code, "", to) from None
    except aiosmtplib.SMTPResponseException as error:
        raise _answered(host, error.code, error.message, to) from None
    except TimeoutError:
        raise NotSent(f"{host} did not answer {to}", temporary=True) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        if type(error) in NO_SUCH_EXTENSION:
            raise NotSent(f"{host} does not offer {_wanted(to)}", temporary=False) from None
        raise NotSent(f"{host} {_broken(error, to)}", temporary=True) from None


def _answered(host: str, code: int, said: str, to: str) -> NotSent:
    to = to.partition(",")[0]  # it did answer
    if code < 0:
        return NotSent(f"{host} does not speak SMTP as it should", temporary=True)
    words = f"{host} answered {code} to {to}: {_short(said)}"
    lasting = code in FOR_GOOD and to in (RECIPIENT, CONTENT)
    return NotSent(words.removesuffix(": "), temporary=not lasting)


def _wanted(to: str) -> str:
    return "STARTTLS (write tls: implicit, or tls: none)" if to == "STARTTLS" else f"{to} we know"


def _broken(error: Exception, to: str) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"shows a certificate that is not trusted: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return "failed the TLS handshake"
    return f"closed the connection instead of answering {to}"


def _short(said: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", said).split())[:SAID_MAX]


def _leave(smtp: aiosmtplib.SMTP) -> None:
    """Take leave without waiting: the mail is taken, whatever the server makes of this."""
    if smtp.protocol:
        with suppress(aiosmtplib.SMTPException):
            smtp.protocol.write(b"QUIT\r\n")
    smtp.close()


async def _client(mail: Mail, allow: Sequence[str]) -> aiosmtplib.SMTP:
    """Return a client on a fresh connection to an address of the server that may be called."""
    try:
        host = ascii_host(mail.host)
        addresses = await callable_addresses(host, mail.port, allow)
    except BadUrl as error:
        raise NotSent(f"mail: {error.what}", temporary=False) from None
    except NotReached as error:
        raise NotSent(error.why, temporary=not error.lasting) from None
    taken = await _dialled(mail, addresses)
    address = taken.getsockname()[0]
    return aiosmtplib.SMTP(
        hostname=host,
        sock=taken,
        local_hostname=f"[IPv6:{address}]" if ":" in address else f"[{address}]",
        timeout=ANSWER_S,
        use_tls=mail.tls == "implicit",
        start_tls=False,  # it is a step of its own
        tls_context=None if mail.tls == "none" else trusted_tls(),
    )


async def _dialled(mail: Mail, addresses: Sequence[str]) -> socket.socket:
    """Return a connection to the first of *addresses* that takes one in its share of the time."""
    first: OSError | None = None
    for address in addresses:
        try:
            async with asyncio.timeout(CONNECT_S / len(addresses)):
                return await _connected(address, mail.port)
        except OSError as error:  # TimeoutError too
            first = first or error
    assert first  # a host has at least one address
    why = "did not accept" if isinstance(first, TimeoutError) else "cannot be reached at"
    # Not its own words: uvloop has others.
    said = f": {os.strerror(first.errno)}" if first.errno else ""
    raise NotSent(f"{mail.host} {why} port {mail.port}{said}", temporary=True)


async def _connected(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setblocking(False)  # noqa: FBT003 - the socket's own name for it
    try:
        await asyncio.get_running_loop().sock_connect(made, (address, port))
    except BaseException:
        made.close()
        raise
    return made
