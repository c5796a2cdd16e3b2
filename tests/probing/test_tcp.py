"""The kind tcp: connecting, and dialogues."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme
from pydantic import ValidationError
from tests.probing.shop import Script, Street, settings

from vigie.probing import Attempt, Outcome, Reason
from vigie.probing.connection import Connection
from vigie.probing.dialogue import matcher, read_line
from vigie.probing.failure import Failed
from vigie.probing.tcp import TcpEndpoint, probe
from vigie.probing.trace import Trace

FAST = {"timeout": "300ms"}
SECRET = "correct horse"


async def ask(url: str, *steps: dict[str, Any], **spec: Any) -> Attempt:
    """Probe the host and port of *url* once; loopback is allowed."""
    spec = {"key": "port", "tcp": url.partition("//")[2], "dialogue": steps, **spec}
    return await probe(TcpEndpoint.model_validate(spec), number=1, allow=("loopback",))


def says(*pieces: bytes | float, ends: bool = False) -> Script:
    """Say *pieces* one after the other, numbers being pauses; then stay, or end."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            if isinstance(piece, float):
                await asyncio.sleep(piece)
            else:
                writer.write(piece)
                await writer.drain()
        if not ends:
            await reader.read()

    return script


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer each line with itself."""
    while line := await reader.readline():
        writer.write(b"you said " + line)
        await writer.drain()


async def test_open_port_is_up(street: Street) -> None:
    attempt = await ask(await street.open(says()))

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)
    assert "127.0.0.1" == attempt.address
    assert attempt.connect_us is not None
    assert (None, None) == (attempt.tls_us, attempt.first_byte_us)


async def test_dialogue_is_held_and_timed(street: Street) -> None:
    url = await street.open(echo)
    attempt = await ask(
        url,
        {"send": "PING\r\n"},
        {"expect": "said PING"},
        {"send": "one\ntwo\n"},
        {"expect": "/^you said two$/"},
    )

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)
    assert 0 < (attempt.first_byte_us or 0) < attempt.duration_us


@pytest.mark.parametrize(
    "pieces",
    [
        (b"220 ready\r\n+PONG\r\n$ ",),
        (b"220", 0.02, b" rea", 0.02, b"dy\r", 0.02, b"\n+PO", 0.02, b"NG\r\n$", 0.02, b" "),
        (b"220-long\r\n220-banner\r\n220 ready\n+PONG\n$ $ $ ",),
    ],
)
async def test_pieces_in_which_an_answer_comes_do_not_matter(
    pieces: tuple[bytes | float, ...], street: Street
) -> None:
    steps = ({"expect": "/^220 ready$/"}, {"expect": "+PONG"}, {"prompt": "$ "})
    attempt = await ask(await street.open(says(*pieces)), *steps)

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)


class Silent(asyncio.Transport):
    def is_closing(self) -> bool:
        return True


async def test_what_comes_with_the_end_of_the_connection_is_kept() -> None:
    """The bytes and the end in one turn of the loop, as a busy machine sees them."""
    connection, trace = Connection(), Trace(number=1)
    connection.connection_made(Silent())
    first = asyncio.create_task(read_line(connection, matcher("220"), "220", trace))
    await asyncio.sleep(0)
    connection.data_received(b"220 hi\r\n+PONG\r\nbye")
    connection.eof_received()

    assert "220 hi" == await first
    assert "+PONG" == await read_line(connection, matcher("+PONG"), "+PONG", trace)
    assert "bye" == await read_line(connection, matcher("bye"), "bye", trace)
    with pytest.raises(Failed, match="the target closed the connection before more"):
        await read_line(connection, matcher("more"), "more", trace)


@pytest.mark.parametrize("ends", [True, False])
async def test_end_of_the_connection_ends_a_line(ends: bool, street: Street) -> None:
    """ZooKeeper answers `ruok` with `imok`, without an end of line, and closes."""
    attempt = await ask(await street.open(says(b"imok", ends=ends)), {"expect": "imok"}, **FAST)

    assert (Outcome.UP if ends else Outcome.DOWN) == attempt.outcome


@pytest.mark.parametrize(
    ("step", "name"),
    [({"expect": "+PONG"}, '"+PONG"'), ({"expect": "/^.PONG/"}, "/^.PONG/")],
)
async def test_wrong_answer_is_told(step: dict[str, str], name: str, street: Street) -> None:
    url = await street.open(says(b"hello\r\n-NOAUTH please\r\n", ends=True))
    attempt = await ask(url, step)

    assert (Outcome.DOWN, Reason.BODY) == (attempt.outcome, attempt.reason)
    assert attempt.detail == (
        f"the target closed the connection without {name}; the last line was -NOAUTH please"
    )


async def test_wrong_answer_that_stays_open_times_out_and_is_told(street: Street) -> None:
    attempt = await ask(await street.open(says(b"-LOADING\r\n")), {"expect": "+PONG"}, **FAST)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    expected = 'nothing within 300ms: waiting for "+PONG"; the last line was -LOADING'
    assert expected == attempt.detail


async def test_prompt_that_does_not_come_is_told(street: Street) -> None:
    attempt = await ask(await street.open(says(b"go away", ends=True)), {"prompt": "login: "})

    expected = 'the target closed the connection without "login: "; the last line was go away'
    assert (Reason.BODY, expected) == (attempt.reason, attempt.detail)


async def _pour(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        writer.write(b"x\n" * 2048)
        await writer.drain()


@pytest.mark.parametrize("step", [{"expect": "end"}, {"expect": "/end/"}, {"prompt": "end"}])
async def test_endless_answer_is_cut(step: dict[str, str], street: Street) -> None:
    attempt = await ask(await street.open(_pour), step)

    assert (Outcome.DOWN, Reason.TOO_LARGE) == (attempt.outcome, attempt.reason)
    assert str(attempt.detail).startswith("64 KiB ")


async def test_target_that_pours_unasked_is_not_read_for_ever(street: Street) -> None:
    url = await street.open(_pour)
    attempt = await ask(url, {"prompt": "x"}, {"send": "a"}, {"prompt": "end"})

    assert Reason.TOO_LARGE == attempt.reason


async def test_pattern_has_one_time_for_all_lines(street: Street) -> None:
    """Each of these lines takes it most of a second; there is room for a thousand."""
    url = await street.open(says((b"a" * 26 + b"!\n") * 1000))
    began = time.monotonic()
    attempt = await ask(url, {"expect": "/(a+)+$/"})

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert "the pattern (a+)+$ took over 0.1 s (write a simpler one)" == attempt.detail
    assert time.monotonic() - began < 10  # not hundreds


@pytest.mark.parametrize("line", [b"%s\r\n", b"x" * 75 + b" %s\r\n", b"%s"])
async def test_secret_of_the_dialogue_is_hidden(
    line: bytes, street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", SECRET)

    async def tells(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(line % SECRET.encode())

    url = await street.open(tells)
    attempt = await ask(url, {"send": "AUTH ${env:TOKEN}\r\n"}, {"expect": "+OK"})

    assert Reason.BODY == attempt.reason
    assert "correct" not in str(attempt.detail)
    assert "***" in str(attempt.detail)


async def test_secret_is_sent_and_expected_and_its_name_printed(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", SECRET)
    url = await street.open(echo)
    good = await ask(url, {"send": "${env:TOKEN}\n"}, {"expect": "said ${env:TOKEN}"})
    bad = await ask(url, {"send": "x\n"}, {"expect": "${env:TOKEN}"}, **FAST)

    assert Outcome.UP == good.outcome
    expected = 'nothing within 300ms: waiting for "${env:TOKEN}"; the last line was you said x'
    assert expected == bad.detail


async def test_missing_secret_is_unknown(street: Street) -> None:
    attempt = await ask(await street.open(echo), {"send": "${env:NOT_THERE}\n"})

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)


async def test_target_that_is_none_with_its_placeholder_is_not_quoted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cut after 60 characters, half of a secret would stand there."""
    monkeypatch.setenv("PLACE", "s3cret/s3cret")
    attempt = await ask(f"http://{'x' * 56}${{env:PLACE}}:1")

    assert (Outcome.UNKNOWN, Reason.INTERNAL) == (attempt.outcome, attempt.reason)
    assert "with its placeholders, no host and port" == attempt.detail


async def test_target_may_be_a_placeholder(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", (await street.open(says())).partition("//")[2])

    assert Outcome.UP == (await ask("//${env:PLACE}")).outcome


async def test_whole_attempt_has_a_limit(street: Street) -> None:
    url = await street.open(says(0.05, b"ok\n"))
    attempt = await ask(url, {"expect": "ok"}, expect={"within": "20ms"})

    assert (Outcome.DOWN, Reason.SLOW) == (attempt.outcome, attempt.reason)


async def test_dialogue_over_tls(street: Street, authority: trustme.CA) -> None:
    url = await street.open(echo, settings(authority))
    steps = ({"send": "hi\n"}, {"expect": "said hi"}, {"send": "ho\n"}, {"expect": "said ho"})
    attempt = await ask(url, *steps, tls=True)

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)
    assert attempt.certificate_expires is not None
    assert attempt.tls_us is not None


async def test_greeting_over_tls_and_another_server_name(
    street: Street, authority: trustme.CA
) -> None:
    url = await street.open(says(b"220 hi\r\n"), settings(authority, "mail.shop.example"))
    attempt = await ask(url, {"expect": "220"}, tls=True, server_name="mail.shop.example")

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)


async def test_verification_can_be_turned_off_with_a_reason(street: Street) -> None:
    url = await street.open(echo, settings(trustme.CA()))

    assert Outcome.UP == (await ask(url, tls=True, verify={"disabled": "laboratory"})).outcome


UPGRADE = (
    {"expect": "/^220 /"},
    {"send": "STARTTLS\r\n"},
    {"expect": "/^220 /"},
    {"starttls": True},
    {"send": "EHLO x\r\n"},
    {"expect": "said EHLO"},
)


def upgrades(
    authority: trustme.CA,
    name: str = "127.0.0.1",
    *,
    injected: bytes = b"",
    validity: dict[str, Any] | None = None,
) -> Script:
    made = settings(authority, name, **(validity or {}))

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail ready\r\n")
        assert b"STARTTLS\r\n" == await reader.readline()
        writer.write(b"220 go ahead\r\n" + injected)
        await writer.drain()
        await writer.start_tls(made)
        await echo(reader, writer)

    return script


async def test_upgrade_to_tls_in_the_middle(street: Street, authority: trustme.CA) -> None:
    attempt = await ask(await street.open(upgrades(authority)), *UPGRADE)

    assert (Outcome.UP, None) == (attempt.outcome, attempt.detail)
    assert attempt.certificate_expires is not None


async def test_upgrade_verifies_the_certificate(street: Street, authority: trustme.CA) -> None:
    attempt = await ask(await street.open(upgrades(authority, "shop.example")), *UPGRADE)

    assert (Outcome.DOWN, Reason.TLS_HOSTNAME) == (attempt.outcome, attempt.reason)


async def test_certificate_that_expired_behind_the_upgrade_is_dated(
    street: Street, authority: trustme.CA
) -> None:
    ended = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    validity = {"not_before": ended - timedelta(days=90), "not_after": ended}
    attempt = await ask(await street.open(upgrades(authority, validity=validity)), *UPGRADE)

    assert (Outcome.DOWN, Reason.TLS_EXPIRED) == (attempt.outcome, attempt.reason)
    assert ended == attempt.certificate_expires


async def test_answer_in_the_clear_never_passes_for_an_encrypted_one(
    street: Street, authority: trustme.CA
) -> None:
    """CVE-2011-0411: what an attacker puts behind the go-ahead must not be believed later."""
    url = await street.open(upgrades(authority, injected=b"you said EHLO\r\n"))
    attempt = await ask(url, *UPGRADE, **FAST)

    assert (Outcome.DOWN, Reason.TLS) == (attempt.outcome, attempt.reason)


async def test_stall_of_the_upgrade_ends_by_the_deadline(street: Street) -> None:
    steps = ({"expect": "220"}, {"starttls": True})
    attempt = await ask(await street.open(says(b"220 ready\r\n")), *steps, **FAST)

    assert (Outcome.DOWN, Reason.TIMEOUT) == (attempt.outcome, attempt.reason)
    assert "nothing within 300ms: the TLS handshake" == attempt.detail


async def test_last_words_reach_the_target(street: Street, authority: trustme.CA) -> None:
    """No log of the target shows a broken handshake or a connection that was cut."""
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def listens(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        heard.put_nowait(await reader.read())

    for made in (None, settings(authority)):
        url = await street.open(listens, made)
        attempt = await ask(url, {"send": "QUIT\r\n"}, tls=made is not None)

        assert Outcome.UP == attempt.outcome
        async with asyncio.timeout(5):
            assert b"QUIT\r\n" == await heard.get()


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"tcp": "shop.example"}, '"shop.example" has no port (write shop.example:443)'),
        ({"tcp": 443}, "not a host and a port (write host:port)"),
        ({"tcp": "https://shop.example"}, '"https://shop.example" is not a host and a port'),
        ({"tcp": "u:p@shop.example:1"}, '"u:p@shop.example:1" is not a host and a port'),
        ({"tcp": "shop.example:0"}, "port 0 cannot be probed (write a port from 1 to 65535)"),
        ({"tcp": "shop.example:65536"}, '"shop.example:65536" is no target: Port out of range'),
        ({"server_name": "a b"}, '"a b" is not a host name (write www.shop.example)'),
        ({"verify": False}, "the certificate is checked unless a reason is given"),
        ({"expect": {"certificate_days": 3}}, "certificate_days needs a certificate (write tls"),
        ({"dialogue": [{}]}, "a step is one thing, this one is nothing (write send: or expect:"),
        ({"dialogue": [{"send": "a", "expect": "b"}]}, "a step is one thing, this one is send, "),
        ({"dialogue": [{"send": 7}]}, r'7 is not a text to send (write "PING\r\n")'),
        ({"dialogue": [{"send": r"PING\r\n"}]}, "ends with a backslash and a letter"),
        ({"dialogue": [{"expect": " "}]}, '" " is not a text'),
        ({"dialogue": [{"expect": "/(/"}]}, '"(" is not a regular expression'),
        ({"dialogue": [{"expect": "220\r\n"}]}, "a line is looked at without its end"),
        ({"dialogue": [{"expect": r"/^220 .*\r\n/"}]}, "a line is looked at without its end"),
        ({"tls": True, "dialogue": [{"starttls": True}]}, "TLS is begun twice"),
        ({"dialogue": [{"send": "a"}] * 51}, "a dialogue of 51 steps (write 50 or less)"),
    ],
)
def test_bad_values_are_refused_with_what_to_write(spec: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TcpEndpoint.model_validate({"key": "a", "tcp": "shop.example:6379", **spec})

    assert words in str(caught.value)


@pytest.mark.parametrize(
    "target",
    ["shop.example:6379", "[2001:db8::1]:25", "café.example:1", "${env:HOST}:6379", "${env:PLACE}"],
)
def test_targets_that_are_taken(target: str) -> None:
    written = TcpEndpoint.model_validate({"key": "a", "tcp": target, "dialogue": [{"expect": 220}]})

    assert target == written.tcp
    assert written == TcpEndpoint.model_validate(written.model_dump(mode="json"))
