"""What people read: every kind of message, in every language, whatever its facts are."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
import structlog

from vigie import paths
from vigie.errors import ReportError
from vigie.templating import sandbox
from vigie.watching import Rendered, render
from vigie.watching.wording import CUSTOMER, TEAM

NOW = datetime(2026, 5, 12, 1, 11, tzinfo=UTC)
LANGUAGES = ("de", "en", "es", "fr", "it")
WORDS = paths.REPORTS / "templates" / "messages" / "words"

FULL: Mapping[str, object] = {
    "crisis": "crisis-3",
    "incident": "incident-7",
    "services": [{"key": "api", "name": "Public API"}, {"key": "orders", "name": "Orders"}],
    "started": "2026-05-12T01:00:00Z",
    "opened": "2026-05-12T01:10:02.25Z",
    "trigger": "outage",
    "customers": [{"key": "acme", "name": "Acme SA"}, {"key": "beta", "name": "Beta GmbH"}],
    "cause": "api-health: status 503",
    "state": "mitigating",
    "level": 1,
    "round": 2,
    "text": "The database lost its primary node.\nWe are switching over.",
    "by": "alice",
    "late": False,
    "name": "Alice Martin",
    "timezone": "Europe/Paris",
    "missing": ["no support manager"],
    "due": "2026-05-12T01:45:00Z",
    "provider": "Vendor SAS",
    "ack_url": "https://vigie.vendor.example/ack/abc",
}
EVIL = "<script>alert(1)</script>\r\nBcc: all@evil.example\x1b[2J\u202e{{ 7*7 }} | # \ud800"
HOSTILE: Mapping[str, object] = {
    "crisis": EVIL,
    "incident": EVIL,
    "services": [{"name": EVIL}, {"key": EVIL}, EVIL, None, {}, 7, {"name": "x" * 9000}],
    "started": "yesterday",
    "opened": "0001-01-01T00:00:00+14:00",
    "ended": "9999-12-31T23:59:59Z",
    "due": 12,
    "trigger": EVIL,
    "customers": [{"name": EVIL}] * 1000,
    "cause": EVIL * 100,
    "state": EVIL,
    "level": EVIL,
    "round": None,
    "text": EVIL,
    "by": EVIL,
    "late": "no",
    "name": EVIL,
    "timezone": "../../etc/passwd",
    "missing": EVIL,
    "provider": EVIL,
    "language": "../team",
    "ack_url": "javascript:alert(1)",
    "dead": EVIL,
}
FACTS = {"full": FULL, "minimal": {}, "hostile": HOSTILE}
EVERY = [(kind, language) for kind in CUSTOMER for language in LANGUAGES]
EVERY += [(kind, "en") for kind in TEAM]


def made(kind: str, **changes: object) -> Rendered:
    return of(kind, FULL, **changes)


def of(kind: str, facts: Mapping[str, object], **changes: object) -> Rendered:
    return render(kind, {**facts, **changes}, now=NOW)


class Elements(HTMLParser):
    """Collects the elements of a page and what they do."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def seen(html: str) -> str:
    """Return what a reader of the page sees, on one line."""
    body = re.sub(r"(?s)<head>.*?</head>|<[^>]+>", " ", html)
    return " ".join(unescape(body).split())


@pytest.mark.parametrize("facts", FACTS)
@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_kind_is_made_in_every_language_of_any_facts(
    kind: str, language: str, facts: str
) -> None:
    rendered = of(kind, FACTS[facts], language=language)
    html = Elements(rendered.html)

    assert rendered.subject.isprintable()
    assert 10 < len(rendered.subject) <= 150
    assert all(line.isprintable() for line in re.split(r"[\n\t\xa0]", rendered.text))
    assert "49" not in rendered.subject + rendered.text
    assert not {"script", "img", "link", "iframe", "style"} & set(html.tags)
    assert {"html", "head", "body", "title"} < set(html.tags)
    assert not [name for name, _ in html.attributes if name.startswith("on")]
    rendered.subject.encode()
    rendered.text.encode()
    rendered.html.encode()


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_no_message_is_left_with_an_empty_place(kind: str, language: str) -> None:
    rendered = of(kind, {}, language=language)

    assert "None" not in rendered.text + rendered.html
    assert "\n\n\n" not in rendered.text
    assert not re.search(r":\s*\n(?!\n? {4}\S)", rendered.text.replace("Estimado cliente:", ""))


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_line_end_in_a_cause_or_a_name_breaks_no_line(kind: str, language: str) -> None:
    name = [{"name": "Shop\r\nBcc: all@evil.example"}]
    rendered = made(kind, language=language, services=name, cause="a\nb\u2028c", text=None)

    assert "\n" not in rendered.subject
    assert not re.search(r"(?m)^Bcc:|^b", rendered.text)


def test_a_subject_begins_with_the_crisis_else_with_the_incident() -> None:
    assert "crisis-3: Public API, Orders down, please acknowledge" == made("page").subject
    assert (
        "incident-7: Public API, Orders down, may become a crisis"
        == made("pre_alert", crisis=None).subject
    )
    assert (
        "Vigie: we are blind, no outage would be seen"
        == made("blind", crisis=None, incident=None).subject
    )


@pytest.mark.parametrize(
    ("dead", "command"),
    [
        ({"message": 12}, "vigie outbox retry 12"),
        ({"message": "12; rm -rf /"}, "vigie outbox retry MESSAGE"),
        (None, "vigie outbox retry MESSAGE"),
    ],
)
def test_a_dead_letter_names_the_message_to_send_again(dead: object, command: str) -> None:
    assert f"    {command}" in made("dead_letter", dead=dead).text.splitlines()


def test_a_relapse_says_when_it_failed_again() -> None:
    text = made("relapse").text.replace("\xa0", " ")

    assert "Failed again: 12 May 2026, 03:45 Europe/Paris (01:45 UTC)" in text.splitlines()


def test_a_reminder_says_in_its_subject_of_what() -> None:
    assert (
        "crisis-3: reminder: action-4 is overdue"
        == made("reminder", text="action-4 is overdue\nIts owner is Bob.").subject
    )
    assert "crisis-3: reminder" == made("reminder", text=None).subject


def test_a_subject_with_many_services_says_how_many_are_left_out() -> None:
    services = [{"key": f"s{n}", "name": f"Service number {n}"} for n in range(1000)]

    page = made("page", services=services)

    assert (
        "crisis-3: Service number 0, Service number 1, Service number 2 (+997) down,"
        " please acknowledge"
    ) == page.subject
    assert "Service number 19 … (+980)" in page.text


def test_the_page_is_read_in_one_glance() -> None:
    assert [
        "Public API, Orders down",
        "",
        "Duration: 11 min so far",
        "Since: 12 May 2026, 03:00 Europe/Paris (01:00 UTC)",
        "Customers: 2: Acme SA and Beta GmbH",
        "Cause: api-health: status 503",
        "Missing: no support manager",
        "",
        "    The database lost its primary node.",
        "    We are switching over.",
        "",
        "Until somebody acknowledges, the next levels are called.",
        "Acknowledge: https://vigie.vendor.example/ack/abc",
        "",
        "    vigie crisis show crisis-3",
        "",
        "Services: Public API and Orders",
        "Opened: 12 May 2026, 03:10 Europe/Paris (01:10 UTC)",
        "Trigger: by the clock: an outage passed the limit",
        "Next update: 12 May 2026, 03:45 Europe/Paris (01:45 UTC)",
        "State: mitigating",
        "By: alice",
        "To: Alice Martin, level 1, round 2",
        "Incident: incident-7",
        "Crisis: crisis-3",
    ] == made("page").text.replace("\xa0", " ").splitlines()


def test_without_a_link_the_page_names_the_command() -> None:
    page = made("page", ack_url=None)

    assert "\n    vigie crisis ack crisis-3 --by YOU\n" in page.text
    assert "vigie crisis ack crisis-3 --by YOU" in seen(page.html)
    assert "vigie crisis ack" not in made("page").text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example"])
def test_only_a_web_address_becomes_a_link(url: str) -> None:
    page = made("page", ack_url=url)

    assert "a" not in Elements(page.html).tags
    assert url not in page.text


def test_a_link_cannot_leave_its_attribute() -> None:
    page = made("page", ack_url='https://x.example/"onclick="alert(1)')

    assert ("href", 'https://x.example/"onclick="alert(1)') in Elements(page.html).attributes


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({"trigger": "anomaly"}, "crisis-3: Blocking anomaly: Public API, Orders"),
        ({"trigger": "hand"}, "crisis-3: Crisis opened by hand: Public API, Orders"),
        ({"late": True}, "crisis-3: Public API, Orders was down, seen late"),
    ],
)
def test_a_page_says_why_there_is_a_crisis(changes: dict[str, object], subject: str) -> None:
    page = made("page", **changes)

    assert f"{subject}, please acknowledge" == page.subject


def test_what_was_over_when_it_was_found_does_not_go_on() -> None:
    assert "so far" not in made("page", late=True).text
    assert "Found late: the outage was over when its results came" in made("page", late=True).text


CUSTOMER_TEXTS = {
    "en": [
        "Hello,",
        "",
        "Some services that you use are unavailable.",
        "",
        "Affected services: Public API and Orders",
        "Since: 12 May 2026, 03:00 Europe/Paris (01:00 UTC)",
        "",
        "Message from our team:",
        "",
        "    The database lost its primary node.",
        "    We are switching over.",
        "",
        "What we are doing: Our crisis team is working to restore normal service.",
        "Next update: planned for 12 May 2026, 03:45 Europe/Paris (01:45 UTC)",
        "",
        "Reference: crisis-3",
        "",
        "Kind regards,",
        "Vendor SAS",
    ],
    "fr": [
        "Bonjour,",
        "",
        "Plusieurs services que vous utilisez sont actuellement indisponibles.",
        "",
        "Services concernés : Public API et Orders",
        "Depuis : 12 mai 2026, 03:00 Europe/Paris (01:00 UTC)",
        "",
        "Message de notre équipe :",
        "",
        "    The database lost its primary node.",
        "    We are switching over.",
        "",
        "Ce que nous faisons : Notre cellule de crise travaille au rétablissement du service.",
        "Prochaine information : prévue le 12 mai 2026, 03:45 Europe/Paris (01:45 UTC)",
        "",
        "Référence : crisis-3",
        "",
        "Cordialement,",
        "Vendor SAS",
    ],
}


@pytest.mark.parametrize("language", CUSTOMER_TEXTS)
def test_a_customer_reads_what_since_when_and_what_next(language: str) -> None:
    text = made("customer_opened", language=language).text.replace("\xa0", " ")

    assert CUSTOMER_TEXTS[language] == text.splitlines()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "A service that you use was disrupted. We learned of it only afterwards"),
        ("fr", "Un service que vous utilisez a été perturbé. Nous ne l\u2019avons su"),
        ("de", "Ein Dienst, den Sie nutzen, war gestört. Wir haben erst im Nachhinein"),
        ("es", "Un servicio que usted utiliza sufrió una incidencia. Lo supimos más tarde"),
        ("it", "Un servizio che Lei utilizza ha subito un disservizio. Lo abbiamo saputo solo"),
    ],
)
def test_a_customer_is_told_when_we_learned_late(language: str, said: str) -> None:
    one = [{"key": "api", "name": "Public API"}]
    opened = made("customer_opened", language=language, late=True, services=one)

    assert said in opened.text
    assert said in seen(opened.html)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", CUSTOMER)
def test_a_customer_reads_of_no_other_customer_and_of_no_cause(kind: str, language: str) -> None:
    rendered = made(kind, language=language)

    for secret in ("Acme", "Beta", "503", "alice", "Alice", "support manager", "vendor.example"):
        assert secret not in f"{rendered.subject}{rendered.text}{rendered.html}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resolved_message_has_the_end_and_announces_nothing(language: str) -> None:
    text = made("customer_resolved", language=language, ended="2026-05-12T01:42:00Z").text

    assert "03:42 Europe/Paris" in text
    assert "42 min" in text
    assert "03:45" not in text


@pytest.mark.parametrize("kind", CUSTOMER + TEAM)
def test_what_a_person_wrote_stays_as_it_was_written(kind: str) -> None:
    words = "5 < 6 & *so* on: {{ text }}\n\n  - second\tline"
    rendered = made(kind, text=words)

    assert "    5 < 6 & *so* on: {{ text }}\n\n      - second\tline\n" in rendered.text
    assert "5 &lt; 6 &amp; *so* on: {{ text }}<br><br>  - second\tline" in rendered.html


@pytest.mark.parametrize(
    ("wished", "greeting"),
    [
        ("fr", "Bonjour,"),
        ("fr-CA", "Bonjour,"),
        ("de_AT", "Guten Tag,"),
        ("ES", "Estimado cliente:"),
        ("it", "Gentile cliente,"),
        ("tlh", "Hello,"),
        ("", "Hello,"),
        (None, "Hello,"),
        ("../team", "Hello,"),
    ],
)
def test_an_unknown_language_is_english(wished: str | None, greeting: str) -> None:
    assert greeting == made("customer_opened", language=wished).text.splitlines()[0]


@pytest.mark.parametrize(
    ("timezone", "shown"),
    [
        ("Europe/Paris", "Since: 12 May 2026, 00:30 Europe/Paris (11 May 2026, 22:30 UTC)"),
        ("UTC", "Since: 11 May 2026, 22:30 UTC"),
        ("Asia/Kolkata", "Since: 12 May 2026, 04:00 Asia/Kolkata (11 May 2026, 22:30 UTC)"),
        ("Europe/London", "Since: 11 May 2026, 23:30 Europe/London (22:30 UTC)"),
        ("Nowhere/Land", "Since: 11 May 2026, 22:30 UTC"),
        (None, "Since: 11 May 2026, 22:30 UTC"),
    ],
)
def test_an_instant_is_local_and_utc(timezone: str | None, shown: str) -> None:
    page = made("page", started="2026-05-11T22:30:59Z", timezone=timezone)

    assert shown in page.text.replace("\xa0", " ").splitlines()


@pytest.mark.parametrize(
    ("started", "shown"),
    [
        ("2026-05-12T01:10:30Z", "Duration: < 1 min so far"),
        ("2026-05-12T01:00:01Z", "Duration: 10 min so far"),
        ("2026-05-11T23:06:00Z", "Duration: 2 h 5 min so far"),
    ],
)
def test_a_duration_is_cut_to_the_minute(started: str, shown: str) -> None:
    assert shown in made("page", started=started).text.splitlines()


def test_what_begins_in_the_future_has_no_duration() -> None:
    assert "Duration" not in made("page", started="2026-05-12T02:00:00Z").text


def keys(language: str) -> set[str]:
    environment = sandbox((paths.REPORTS,), autoescape=False)
    module = environment.get_template(f"messages/words/{language}.jinja").make_module()
    return {name for name in vars(module) if not name.startswith("_")}


def test_all_languages_have_the_same_words() -> None:
    assert set(LANGUAGES) == {path.stem for path in WORDS.iterdir()}
    assert len(keys("en")) > 12
    assert [] == [language for language in LANGUAGES if keys(language) != keys("en")]


def test_no_two_languages_say_the_same() -> None:
    """A sentence copied and not translated would."""
    for kind in CUSTOMER:
        texts = {made(kind, language=language, text=None).text for language in LANGUAGES}
        assert len(LANGUAGES) == len(texts)


def test_an_unknown_kind_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ReportError, match='message kind "pager": there is none'):
        made("pager")


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
    assert "message_template_is_wrong" == told["event"]
    assert why in told["why"]
