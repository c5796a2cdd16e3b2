"""The channel email: what arrives, and every way in which a mail server fails."""

import asyncio
import socket
import ssl
from email.message import EmailMessage, Message

import pytest
import trustme
from tests.probing.shop import Street, settings
from tests.watching.channels.postoffice import DIES, SILENT, TRICKLES, PostOffice, login
from tests.watching.channels.sending import LOOPBACK, mailing, message, refused

from vigie.watching import Sent, Transport, channels, send
from vigie.watching.message import Mail

ALICE = {"channel": "email", "to": "alice@vendor.example"}
PASSWORD = "hunter2-and-more"


async def open_office(
    street: Street, office: PostOffice, settings: ssl.SSLContext | None = None
) -> int:
    return int((await street.open(office, settings)).rpartition(":")[2])


def content(part: Message) -> str:
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


async def test_mail_arrives_with_both_parts(street: Street) -> None:
    office = PostOffice()
    port = await open_office(street, office)
    sent = await send(
        ALICE, message(subject="Crise 3 : API à l'arrêt — « coupée » 🔥"), mailing(port)
    )

    assert Sent(reference="2.0.0 Ok: queued as 4F2A") == sent
    (letter,) = office.letters
    assert "Crise 3 : API à l'arrêt — « coupée » 🔥" == letter["Subject"]
    assert "Vigie <vigie@vendor.example>" == letter["From"]
    assert "alice@vendor.example" == letter["To"]
    assert "multipart/alternative" == letter.get_content_type()
    plain, html = letter.iter_parts()
    assert ("text/plain", "text/html") == (plain.get_content_type(), html.get_content_type())
    assert message().text + "\n" == content(plain)
    assert f"{message().html}\n" == content(html)
    assert ["high", "auto-generated"] == [letter["Importance"], letter["Auto-Submitted"]]
    assert office.sources[0].isascii()
    async with asyncio.timeout(5):
        await office.left.wait()
    assert [
        "EHLO [127.0.0.1]",
        "MAIL FROM:<vigie@vendor.example>",
        "RCPT TO:<alice@vendor.example>",
        "DATA",
        "QUIT",
    ] == office.heard


async def test_mail_without_html_is_plain(street: Street) -> None:
    office = PostOffice()
    port = await open_office(street, office)
    text = "été\n.\n..\nFrom here " + "x" * 2000
    await send(ALICE, message(html=None, text=text, urgent=False), mailing(port))

    (letter,) = office.letters
    assert "text/plain" == letter.get_content_type()
    assert text + "\n" == content(letter)
    assert letter["Importance"] is None
    assert max(map(len, office.sources[0].splitlines())) <= 78


async def test_mails_of_a_thread_belong_together_and_a_repetition_is_the_same(
    street: Street,
) -> None:
    office = PostOffice()
    port = await open_office(street, office)
    for key in ("page", "page", "update"):
        await send(ALICE, message(key=key), mailing(port))
    await send(ALICE, message(key="page", thread="crisis-4"), mailing(port))
    later = {"started": "2026-06-01T00:00:00Z"}  # crisis-3 of another database
    await send(ALICE, message(key="page", data=later), mailing(port))

    first, again, update, other, elsewhere = office.letters
    assert first["Message-ID"] == again["Message-ID"]
    assert 4 == len({it["Message-ID"] for it in (first, update, elsewhere)} | {""})
    assert first["References"] == update["References"] == first["In-Reply-To"]
    assert first["References"] not in {other["References"], first["Message-ID"]}
    assert first["Message-ID"].endswith("@vendor.example>")


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_mail_goes_encrypted_and_logs_in(
    street: Street, authority: trustme.CA, tls: str
) -> None:
    theirs = settings(authority)
    office = PostOffice(settings=theirs)
    port = await open_office(street, office, theirs if tls == "implicit" else None)
    await send(ALICE, message(), mailing(port, tls=tls, user="vigie", password=PASSWORD))

    assert 1 == len(office.letters)
    assert login("vigie", PASSWORD) in office.heard
    if tls == "starttls":
        assert ["EHLO [127.0.0.1]", "STARTTLS", "EHLO [127.0.0.1]"] == office.heard[:3]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_certificate_of_a_stranger_gets_no_mail(street: Street, tls: str) -> None:
    theirs = settings(trustme.CA())
    office = PostOffice(settings=theirs)
    port = await open_office(street, office, theirs if tls == "implicit" else None)
    why = await refused(ALICE, mailing(port, tls=tls))

    assert why.why.startswith("127.0.0.1 shows a certificate that is not trusted: ")
    assert why.temporary
    assert [] == office.letters


async def test_certificate_for_another_name_gets_no_mail(
    street: Street, authority: trustme.CA
) -> None:
    office = PostOffice(settings=settings(authority, "mail.other.example"))
    port = await open_office(street, office)
    why = await refused(ALICE, mailing(port, tls="starttls"))

    assert "IP address mismatch" in why.why
    assert [] == office.letters


async def test_server_without_starttls_gets_no_mail_in_the_clear(street: Street) -> None:
    office = PostOffice({"EHLO": b"250 mail\r\n"})
    port = await open_office(street, office)
    why = await refused(ALICE, mailing(port, tls="starttls", user="vigie", password=PASSWORD))

    expected = "127.0.0.1 does not offer STARTTLS (write tls: implicit, or tls: none)"
    assert (expected, False) == (why.why, why.temporary)
    assert ["EHLO [127.0.0.1]"] == office.heard


MAY = "the message, and may have taken it"
FAULTS = {
    "greets_with_421": (
        {"greeting": b"421 busy\r\n"},
        True,
        "answered 421 to the connection: busy",
    ),
    "greets_with_554": ({"greeting": b"554 no\r\n"}, True, "answered 554 to the connection: no"),
    "greylists": (
        {"RCPT": b"450 4.2.0 greylisted,\x1b[2J come back\r\n"},
        True,
        "answered 450 to the recipient: 4.2.0 greylisted, [2J come back",
    ),
    "knows_no_recipient": (
        {"RCPT": b"550-5.1.1 unknown\r\n550 5.1.1 user\r\n"},
        False,
        "answered 550 to the recipient: 5.1.1 unknown 5.1.1 user",
    ),
    "refuses_the_sender": ({"MAIL": b"553 no\r\n"}, True, "answered 553 to the sender: no"),
    "is_full": ({"MAIL": b"452 full\r\n"}, True, "answered 452 to the sender: full"),
    "refuses_data": ({"DATA": b"554 no\r\n"}, False, "answered 554 to the message: no"),
    "refuses_the_message": ({"end": b"554 spam\r\n"}, False, "answered 554 to the message: spam"),
    "defers_the_message": ({"end": b"451 later\r\n"}, True, "answered 451 to the message: later"),
    "is_no_mail_server": (
        {"greeting": b"HTTP/1.1 400 Bad Request\r\n\r\n"},
        True,
        "does not speak SMTP as it should",
    ),
    "never_greets": ({"greeting": SILENT}, True, "did not answer the connection"),
    "trickles": ({"greeting": TRICKLES}, True, "did not answer the connection"),
    "hangs_at_hello": ({"EHLO": SILENT}, True, "did not answer the sender"),
    "hangs_at_recipient": ({"RCPT": SILENT}, True, "did not answer the recipient"),
    "hangs_after_the_final_dot": ({"end": SILENT}, True, f"did not answer {MAY}"),
    "dies_at_once": (
        {"greeting": DIES},
        True,
        "closed the connection instead of answering the connection",
    ),
    "dies_at_recipient": (
        {"RCPT": DIES},
        True,
        "closed the connection instead of answering the recipient",
    ),
    "dies_in_data": (
        {"DATA": DIES},
        True,
        f"closed the connection instead of answering {MAY}",
    ),
    "dies_after_the_final_dot": (
        {"end": DIES},
        True,
        f"closed the connection instead of answering {MAY}",
    ),
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", FAULTS)
async def test_server_that(street: Street, fault: str) -> None:
    answers, temporary, expected = FAULTS[fault]
    port = await open_office(street, PostOffice(answers))
    why = await refused(ALICE, mailing(port))

    assert f"127.0.0.1 {expected}" == why.why
    assert (temporary, None) == (why.temporary, why.retry_after)


async def test_server_that_never_says_goodbye_took_the_mail(street: Street) -> None:
    office = PostOffice({"QUIT": SILENT})
    port = await open_office(street, office)

    assert "2.0.0 Ok: queued as 4F2A" == (await send(ALICE, message(), mailing(port))).reference
    async with asyncio.timeout(5):
        await office.left.wait()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_server_that_never_ends_the_handshake(street: Street, tls: str) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if tls == "starttls":
            writer.write(b"220 hello\r\n")
            await reader.readline()
            writer.write(b"250-mail\r\n250 STARTTLS\r\n")
            await reader.readline()
            writer.write(b"220 go ahead\r\n")
        await reader.read()

    port = int((await street.open(mute)).rpartition(":")[2])
    why = await refused(ALICE, mailing(port, tls=tls))

    step = "STARTTLS" if tls == "starttls" else "the connection"
    assert (f"127.0.0.1 did not answer {step}", True) == (why.why, why.temporary)


@pytest.mark.parametrize("limit", ["SECONDS", "URGENT_S"])
async def test_server_that_answers_each_step_late_is_left_in_the_end(
    street: Street, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    class Slow(PostOffice):
        async def _say(
            self, step: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> bool:
            await asyncio.sleep(0.1)
            return await super()._say(step, reader, writer)

    monkeypatch.setattr(channels, limit, 0.3)
    port = await open_office(street, Slow())
    why = await refused(ALICE, mailing(port), urgent=limit == "URGENT_S")

    assert "email: it did not end within 0.3 s, and may have been taken" == why.why
    assert why.temporary


async def test_refused_login_tells_neither_user_nor_password(street: Street) -> None:
    echo = login("vigie", PASSWORD).encode()
    office = PostOffice({"AUTH": b"535 5.7.8 " + echo + b" " + PASSWORD.encode() + b"\r\n"})
    port = await open_office(street, office)
    why = await refused(ALICE, mailing(port, user="vigie", password=PASSWORD))

    assert ("127.0.0.1 answered 535 to the login", True) == (why.why, why.temporary)


async def test_server_without_login(street: Street) -> None:
    port = await open_office(street, PostOffice({"EHLO": b"250 mail\r\n"}))
    why = await refused(ALICE, mailing(port, user="vigie", password=PASSWORD))

    assert ("127.0.0.1 does not offer the login we know", False) == (why.why, why.temporary)


async def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    why = await refused(ALICE, mailing(port))

    assert (f"127.0.0.1 cannot be reached at port {port}: Connection refused", True) == (
        why.why,
        why.temporary,
    )


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "is a loopback address (write allow: [loopback] in reports/rota.yaml)"),
        ("10.0.0.7", "is a private address (write allow: [private] in reports/rota.yaml)"),
        ("169.254.169.254", "is a link-local address, which is never called"),
    ],
)
async def test_mail_server_at_a_guarded_address_is_refused(host: str, expected: str) -> None:
    transport = Transport(mail=Mail(host=host, sender="vigie@vendor.example"), allow=())
    why = await refused(ALICE, transport)

    assert (f"{host} {expected}", False) == (why.why, why.temporary)


async def test_rota_without_mail_says_what_to_write() -> None:
    why = await refused(ALICE, LOOPBACK)

    expected = "no mail server is known (write mail: {host: …, sender: …} in reports/rota.yaml)"
    assert (expected, False) == (why.why, why.temporary)


def test_password_is_not_shown() -> None:
    assert PASSWORD not in repr(mailing(25, password=PASSWORD))
