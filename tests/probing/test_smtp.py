"""The kind smtp: what is said, and each way of saying it wrongly."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme
from pydantic import ValidationError
from tests.probing.shop import Street, settings

from vigie.probing import Attempt, Outcome, Reason
from vigie.probing.checked import listening
from vigie.probing.smtp import SmtpEndpoint, probe

NOW = datetime.now(UTC).replace(microsecond=0)
FAST = {"timeout": "300ms"}
GREETING = b"220 mail.shop.example ESMTP\r\n"
PLAIN = b"250-mail.shop.example\r\n250-PIPELINING\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n"
SECURE = b"250-mail.shop.example\r\n250 8BITMIME\r\n"
READY = b"220 go ahead\r\n"


async def ask(url: str, **spec: Any) -> Attempt:
    spec = {"key": "mail", "smtp": url.partition("//")[2], **spec}
    return await probe(SmtpEndpoint.model_validate(spec), number=1, allow=("loopback",))


class Mail:
    """A mail server that says what it is told to, and keeps what it hears."""

    def __init__(
        self,
        answers: Mapping[str, bytes],
        authority: trustme.CA | None = None,
        **validity: Any,
    ) -> None:
        self.heard: list[str] = []
        self.left = asyncio.Event()
        self._settings = settings(authority, **validity) if authority else None
        self._answers = {"greeting": GREETING, "EHLO": PLAIN, "STARTTLS": READY, **answers}

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers = self._answers
        writer.write(answers["greeting"])
        try:
            while line := (await reader.readline()).decode("latin-1"):
                self.heard.append(line.strip())
                command = line.partition(" ")[0].strip()
                writer.write(answers.get(command, b""))
                await writer.drain()
                if command == "STARTTLS" and self._settings:
                    await writer.start_tls(self._settings)
                    answers = {"EHLO": SECURE}
        finally:
            self.left.set()


async def test_server_is_greeted_and_left_in_peace(street: Street) -> None:
    mail = Mail({})
    attempt = await ask(await street.open(mail))

    assert (Outcome.UP, None, 250) == (attempt.outcome, attempt.detail, attempt.status)
    assert 0 < (attempt.first_byte_us or 0) < attempt.duration_us
    assert (None, None) == (attempt.tls_us, attempt.certificate_expires)
    async with asyncio.timeout(5):
        await mail.left.wait()
    assert ["EHLO [127.0.0.1]", "QUIT"] == mail.heard


async def test_greeting_of_several_lines_in_pieces(street: Street) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in (b"220-mail.sh", b"op.example\r\n220-no", b" spam\r\n22", b"0 ready\r", b"\n"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        await reader.readline()
        writer.write(b"250 mail\r\n")

    assert Outcome.UP == (await ask(await street.open(slow))).outcome


async def test_upgrade_is_asked_for_and_the_answer_before_it_forgotten(
    street: Street, authority: trustme.CA
) -> None:
    mail = Mail({}, authority)
    url = await street.open(mail)
    attempt = await ask(url, tls="starttls", expect={"extensions": ["8bitmime"]})
    stale = await ask(url, tls="starttls", expect={"extensions": ["PIPELINING"]})

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)
    assert attempt.certificate_expires is not None
    assert ["EHLO [127.0.0.1]", "STARTTLS", "EHLO [127.0.0.1]", "QUIT"] == mail.heard[:4]
    assert "the server does not offer PIPELINING" == stale.detail


async def test_tls_from_the_start(street: Street, authority: trustme.CA) -> None:
    ends = NOW + timedelta(days=10, hours=12)
    url = await street.open(Mail({}), settings(authority, not_after=ends))
    good = await ask(url, tls="implicit", expect={"certificate_days": 10})
    bad = await ask(url, tls="implicit", expect={"certificate_days": 11})

    assert (Outcome.UP, ends) == (good.outcome, good.certificate_expires)
    assert Reason.CERTIFICATE_DAYS == bad.reason


@pytest.mark.parametrize(
    ("answers", "reason", "status", "detail"),
    [
        (
            {"greeting": b"554 no service for you\r\n"},
            Reason.STATUS,
            554,
            "the greeting is 554 no service for you, expected 220",
        ),
        (
            {"greeting": b"421-busy\r\n421 later\r\n"},
            Reason.STATUS,
            421,
            "the greeting is 421 busy, expected 220",
        ),
        (
            {"greeting": b"SSH-2.0-OpenSSH_9.2\r\n"},
            Reason.PROTOCOL,
            None,
            "the greeting is not of SMTP: SSH-2.0-OpenSSH_9.2",
        ),
        (
            {"EHLO": b"502 what\r\n"},
            Reason.STATUS,
            502,
            "the answer to EHLO is 502 what, expected 250",
        ),
        (
            {"EHLO": b"250-mail\r\n550 gone\r\n"},
            Reason.STATUS,
            550,
            "the answer to EHLO is 550 gone, expected 250",
        ),
        (
            {"EHLO": b"250 mail\r\n"},
            Reason.PROTOCOL,
            250,
            "the server does not offer STARTTLS",
        ),
        (
            {"STARTTLS": b"454 TLS not available\r\n"},
            Reason.STATUS,
            454,
            "the answer to STARTTLS is 454 TLS not available, expected 220",
        ),
    ],
)
async def test_wrong_answer_is_told(
    answers: dict[str, bytes], reason: Reason, status: int | None, detail: str, street: Street
) -> None:
    attempt = await ask(await street.open(Mail(answers)), tls="starttls")

    assert (Outcome.DOWN, reason, detail) == (attempt.outcome, attempt.reason, attempt.detail)
    assert status == attempt.status


@pytest.mark.parametrize(
    ("answers", "waiting"),
    [
        ({"greeting": b""}, "waiting for the greeting"),
        ({"greeting": b"220-and"}, "waiting for the greeting"),
        ({"EHLO": b""}, "waiting for the answer to EHLO"),
        (
            {"EHLO": b"250-mail\r\n"},
            "waiting for the answer to EHLO; the last line was 250-mail",
        ),
        ({"STARTTLS": b""}, "waiting for the answer to STARTTLS"),
        ({}, "the TLS handshake"),
    ],
)
async def test_stall_in_every_phase_ends_by_the_deadline(
    answers: dict[str, bytes], waiting: str, street: Street
) -> None:
    attempt = await ask(await street.open(Mail(answers)), tls="starttls", **FAST)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert f"nothing within 300ms: {waiting}" == attempt.detail
    assert attempt.duration_us < 1_000_000


async def test_certificate_is_checked_after_the_upgrade(street: Street) -> None:
    attempt = await ask(await street.open(Mail({}, trustme.CA())), tls="starttls")

    assert (Outcome.DOWN, Reason.TLS_UNTRUSTED) == (attempt.outcome, attempt.reason)


async def test_certificate_that_expired_behind_the_upgrade_is_dated(
    street: Street, authority: trustme.CA
) -> None:
    ended = NOW - timedelta(days=3)
    mail = Mail({}, authority, not_before=NOW - timedelta(days=90), not_after=ended)
    attempt = await ask(await street.open(mail), tls="starttls")

    assert (Outcome.DOWN, Reason.TLS_EXPIRED) == (attempt.outcome, attempt.reason)
    assert ended == attempt.certificate_expires


async def test_words_put_behind_the_go_ahead_are_not_believed(
    street: Street, authority: trustme.CA
) -> None:
    mail = Mail({"STARTTLS": READY + SECURE}, authority)
    attempt = await ask(await street.open(mail), tls="starttls", **FAST)

    assert (Outcome.DOWN, Reason.TLS) == (attempt.outcome, attempt.reason)


async def _babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        writer.write(b"220-welcome\r\n" * 100)
        await writer.drain()


async def test_endless_greeting_is_cut(street: Street) -> None:
    attempt = await ask(await street.open(_babble))

    assert (Outcome.DOWN, Reason.TOO_LARGE) == (attempt.outcome, attempt.reason)


async def test_line_without_a_word_offers_nothing(street: Street) -> None:
    mail = Mail({"EHLO": b"250-mail.shop.example\r\n250-\r\n250 PIPELINING\r\n"})
    attempt = await ask(await street.open(mail), expect={"extensions": ["PIPELINING"]})

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        ("PIPELINING", True),
        ("auth", True),
        ("AUTH LOGIN", True),
        ("AUTH LOGIN PLAIN", True),
        ("AUTH CRAM-MD5", False),
        ("PIPE", False),
        ("SMTPUTF8", False),
    ],
)
async def test_extension_is_expected(wanted: str, offered: bool, street: Street) -> None:
    url = await street.open(Mail({}))
    with listening() as told:
        attempt = await ask(url, expect={"extensions": [wanted]})

    expected = (None, None) if offered else (Reason.BODY, f"the server does not offer {wanted}")
    assert expected == (attempt.reason, attempt.detail)
    assert {"extensions": offered} == {one.name: one.passed for one in told}


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"smtp": "me@shop.example"}, '"me@shop.example" is not a host and a port (write host,'),
        ({"smtp": "shop.example:0"}, "port 0 cannot be probed (write a port from 1 to 65535)"),
        ({"tls": True}, "Input should be 'starttls', 'implicit' or 'none'"),
        ({"expect": {"certificate_days": 3}}, "certificate_days needs a certificate (write tls"),
        ({"expect": {"extensions": ["A\r\nQUIT"]}}, "is not an extension of SMTP (write PIPELI"),
    ],
)
def test_bad_values_are_refused(spec: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SmtpEndpoint.model_validate({"key": "a", "smtp": "mail.shop.example", **spec})

    assert words in str(caught.value)


def test_spec_is_read_back_as_it_was() -> None:
    spec = {"key": "a", "smtp": "a.example", "expect": {"extensions": ["AUTH PLAIN"]}}
    written = SmtpEndpoint.model_validate(spec)

    assert written == SmtpEndpoint.model_validate(written.model_dump(mode="json"))
