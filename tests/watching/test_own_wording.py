"""Templates of the user: they win, cannot tell what is not theirs to tell, and may be wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from tests.watching.wordings import FULL, NOW, WORDS, made

from vigie.watching import render


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, content: str) -> Path:
        path = tmp_path / "reports" / "templates" / "messages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return tmp_path

    return write


def test_the_user_s_templates_win_file_by_file(own: Callable[[str, str], Path]) -> None:
    directory = own("subject.txt", "[{{ key }}] ours")

    page = render("page", FULL, directory, now=NOW)

    assert "[crisis-3] ours" == page.subject
    assert made("page").text == page.text


def test_no_template_can_tell_a_customer_of_another_or_of_the_cause(
    own: Callable[[str, str], Path],
) -> None:
    inside = [
        "customers",
        "hit",
        "cause",
        "missing",
        "by",
        "level",
        "round",
        "ack_url",
        "lasted",
        "dead",
    ]
    directory = own("customer.txt", "".join(f"{{{{ {name} or '' }}}}" for name in inside))

    assert "\n" == render("customer_opened", FULL, directory, now=NOW).text.replace(" ", "")


def test_the_user_s_directory_may_speak_another_language(own: Callable[[str, str], Path]) -> None:
    portuguese = (WORDS / "en.jinja").read_text(encoding="utf-8").replace("Hello,", "Olá,")
    directory = own("words/pt.jinja", portuguese)

    opened = render("customer_opened", {**FULL, "language": "pt-BR"}, directory, now=NOW)

    assert "Olá," == opened.text.splitlines()[0]
    assert "12 de maio de 2026" in opened.text


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{% if %}", "Expected an expression"),
        ("{{ key.__class__.__mro__ }}", "unsafe"),
        ("{{ dict.mro() }}", "unsafe"),
        ("{{ key / 0 }}", "unsupported operand"),
    ],
)
def test_a_wrong_template_is_told_and_does_not_silence_the_message(
    own: Callable[[str, str], Path], wrong: str, why: str
) -> None:
    with structlog.testing.capture_logs() as logs:
        page = render("page", FULL, own("team.html", wrong), now=NOW)

    assert made("page") == page
    [told] = logs
    assert "wording: a template is wrong, the shipped one is sent" == told["event"]
    assert why in told["why"]
