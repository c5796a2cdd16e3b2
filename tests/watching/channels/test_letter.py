"""A mail has exactly the headers that we gave it, whatever stands in a message."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.watching.channels.sending import message

from vigie.watching import Message, NotSent
from vigie.watching.channels.letter import letter, mailbox

NOW = datetime(2026, 5, 12, 1, 10, tzinfo=UTC)
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "Importance",
    "X-Priority",
    "MIME-Version",
    "Content-Type",
}
TEXT = st.text(st.characters(), max_size=120)


def written(
    told: Message, sender: str = "Vigie <vigie@vendor.example>", to: str = "alice@vendor.example"
) -> EmailMessage:
    source = letter(told, sender=sender, to=to, now=NOW).as_bytes()
    return message_from_bytes(source, policy=policy.default)


@given(subject=TEXT, text=TEXT, html=TEXT, key=TEXT, thread=TEXT)
def test_no_text_becomes_a_header_or_a_part(
    subject: str, text: str, html: str, key: str, thread: str
) -> None:
    told = message(subject=subject, text=text, html=html, key=key, thread=thread)
    parsed = written(told)

    assert HEADERS == set(parsed.keys())
    assert len(HEADERS) == len(parsed.keys())
    assert ["text/plain", "text/html"] == [p.get_content_type() for p in parsed.iter_parts()]
    assert [] == list(parsed.defects)


@given(words=st.lists(st.text("aàé€🔥 \t:,;@<>()=?_\"'[]\\", min_size=1, max_size=60), max_size=4))
def test_subject_arrives_as_written_on_one_line(words: list[str]) -> None:
    subject = "\r\n".join(words)

    arrived = written(message(subject=subject))["Subject"]
    assert " ".join(subject.split()).replace("=?", "= ?")[:250].strip() == arrived.strip()


def test_line_breaks_in_a_subject_are_spaces() -> None:
    parsed = written(message(subject="down\r\nBcc: eve@evil.example\r\n\r\nhello"))

    assert "down Bcc: eve@evil.example hello" == parsed["Subject"]
    assert parsed["Bcc"] is None


def test_subject_that_looks_encoded_is_not_decoded() -> None:
    """Python decodes it when a header is set, line break and all."""
    parsed = written(message(subject="=?utf-8?q?up=0D=0ABcc:_eve@evil.example?="))

    assert "= ?utf-8?q?up=0D=0ABcc:_eve@evil.example?=" == parsed["Subject"]
    assert HEADERS == set(parsed.keys())


def test_a_subject_turns_and_hides_nothing() -> None:
    arrived = written(message(subject="down 99\u200f.9 \u202eX\u200b"))["Subject"]

    assert r"down 99\u200f.9 \u202eX\u200b" == arrived


def test_space_before_a_word_with_accents_is_kept() -> None:
    """The encoder of Python 3.11's newer policies loses it where a line is folded."""
    subject = ":::: ::::à ::::àà :::::::::àààà🔥 à"

    assert subject == written(message(subject=subject))["Subject"]


def test_date_is_the_instant_of_sending() -> None:
    assert "Tue, 12 May 2026 01:10:00 +0000" == written(message())["Date"]


def test_host_names_are_sent_as_dns_has_them() -> None:
    assert "alice@xn--bcher-kva.example" == mailbox("alice@bücher.example").addr_spec


def test_name_of_the_sender_may_hold_anything() -> None:
    parsed = written(message(), sender='"Vigie, Équipe <b>" <vigie@vendor.example>')

    assert "Vigie, Équipe <b>" == parsed["From"].addresses[0].display_name
    assert "vigie@vendor.example" == parsed["From"].addresses[0].addr_spec


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alice",
        "@vendor.example",
        "alice@",
        "alice@vendor.example, eve@evil.example",
        "alice@vendor.example\r\nBcc: eve@evil.example",
        "alice@vendor.example> SIZE=1",
        "<alice@vendor.example>",
        '"alice b"@vendor.example',
        "alice..b@vendor.example",
        "élise@vendor.example",
        "alice@vendor..example",
        "a" * 65 + "@vendor.example",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(NotSent) as caught:
        mailbox(address)

    assert not caught.value.temporary
    assert "is no e-mail address (write somebody@vendor.example)" in caught.value.why
    assert caught.value.why.isprintable()


@given(TEXT)
def test_any_address_is_one_mailbox_or_refused(text: str) -> None:
    try:
        found = mailbox(text)
    except NotSent:
        return

    assert 1 == len(written(message(), to=text)["To"].addresses)
    assert found.addr_spec == written(message(), to=text)["To"].addresses[0].addr_spec
