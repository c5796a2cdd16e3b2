"""Links: what was signed here is taken for a day, everything else is refused."""

from datetime import timedelta

import pytest
from tests.watching.queued import HOUR, NOW, SECOND

from vigie.errors import ExpiredLinkError, LinkError
from vigie.watching.links import link, make_token, read_token

SECRET = "a" * 72
TOKEN = make_token(SECRET, 7, NOW + HOUR)


def test_a_token_names_its_message_until_it_expires() -> None:
    assert 7 == read_token(SECRET, TOKEN, NOW + HOUR - SECOND)
    with pytest.raises(ExpiredLinkError):
        read_token(SECRET, TOKEN, NOW + HOUR)


def test_a_link_is_good_for_a_day() -> None:
    address = link("https://vigie.vendor.example/", SECRET, 7, NOW)
    token = address.removeprefix("https://vigie.vendor.example/ack/")

    assert token != address
    assert 7 == read_token(SECRET, token, NOW + timedelta(hours=24) - SECOND)
    with pytest.raises(ExpiredLinkError):
        read_token(SECRET, token, NOW + timedelta(hours=24))


def test_every_changed_character_is_noticed() -> None:
    for place, character in enumerate(TOKEN):
        other = "1" if character != "1" else "2"
        with pytest.raises(LinkError) as raised:
            read_token(SECRET, TOKEN[:place] + other + TOKEN[place + 1 :], NOW)
        assert raised.type is LinkError


@pytest.mark.parametrize(
    "token",
    [
        "", "x", "7", "7-1", "7-1-", TOKEN[:-1], f"{TOKEN}x", f"{TOKEN}\n", f" {TOKEN}",
        f"0{TOKEN}", "\N{ARABIC-INDIC DIGIT SEVEN}" + TOKEN[1:], TOKEN.replace("-", "--", 1),
        "-" + TOKEN, "9" * 400, TOKEN + "=",
        make_token("b" * 72, 7, NOW + HOUR),
    ],
)  # fmt: skip
def test_what_was_not_signed_here_is_refused(token: str) -> None:
    with pytest.raises(LinkError) as raised:
        read_token(SECRET, token, NOW)

    assert raised.type is LinkError


def test_a_token_needs_no_escape_in_an_address() -> None:
    assert TOKEN.replace("-", "").replace("_", "").isalnum()
