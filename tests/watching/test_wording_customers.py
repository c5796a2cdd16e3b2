"""What customers read, in five languages."""

import itertools

import pytest
from tests.watching.wordings import LANGUAGES, WORDS, made, seen

from vigie import paths
from vigie.templating import sandbox
from vigie.watching.wording import CUSTOMER

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


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workaround_is_told_while_it_still_fails(language: str) -> None:
    still = made("customer_update", language=language, workaround="Use B.", state="monitoring")
    good = made(
        "customer_update", language=language, ended="2026-05-12T01:05:00Z", state="monitoring"
    )

    assert "\n    Use B.\n" in still.text
    assert doing(still.text) != doing(good.text)


def doing(text: str) -> str:
    """Return the line that says what we do: the one before the next update."""
    lines = text.splitlines()
    return next(before for before, line in itertools.pairwise(lines) if "01:45" in line)
