"""What turns or hides text is shown, wherever it is printed; genuine names stay as they are."""

import json

import pytest

from vigie.legible import legible, one_line, steers

GENUINE = [
    "Société Générale\u00a0: 99,9\u202f%",
    "שירות לקוחות",
    "مرحبا بالعالم",
    "می\u200cخواهم",  # noqa: RUF001 - Persian parts letters of one word
    "क्\u200dष",
    "ශ්\u200dරී ලංකා",
    "ประเทศ\u200bไทย",  # Thai: words may be parted by nothing
    "ភាសា\u200bខ្មែរ",
    "👩\u200d💻 ❤\ufe0f\u200d🔥 🏳\ufe0f\u200d🌈",
    "葛\U000e0100城",  # the form of a character
]


@pytest.mark.parametrize("name", GENUINE)
def test_a_genuine_name_stays_as_it_is(name: str) -> None:
    assert (name, name) == (legible(name), one_line(name))
    assert not steers(name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Acme\u202egnp.exe", r"Acme\u202egnp.exe"),
        ("\u200f 99.99 \u200e\u061c", r"\u200f 99.99 \u200e\u061c"),
        ("\u2066a\u2069", r"\u2066a\u2069"),
        ("99\u00ad.9\u200b\u2060\ufeff", r"99\u00ad.9\u200b\u2060\ufeff"),
        ("pay\u200dpal \u200cx", r"pay\u200dpal \u200cx"),
        ("می\u200c\u200cخ\u200c", r"می\u200c\u200cخ\u200c"),
        ("a\U000e0041b", r"a\udb40\udc41b"),
    ],
)
def test_what_turns_or_hides_is_shown_once(text: str, shown: str) -> None:
    assert (shown, shown) == (legible(text), one_line(text))
    assert shown == legible(shown)
    assert text == json.loads(legible(json.dumps(text, ensure_ascii=False)))
    assert not steers(text)  # it is somebody's text all the same


@pytest.mark.parametrize(
    ("text", "shown"), [("a\nb\x1b[2J", r"a\nb\x1b[2J"), ("\u2028\x85\ud800", r"\u2028\x85\ud800")]
)
def test_what_steers_a_terminal_is_shown_in_a_line(text: str, shown: str) -> None:
    assert (text, shown) == (legible(text), one_line(text))
    assert steers(text)
