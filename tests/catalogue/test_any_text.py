"""Whatever is written, the answer is a catalogue or a list of problems, each with its place."""

import re
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from vigie import paths, probing
from vigie.catalogue import load
from vigie.errors import CatalogueError

NOW = datetime(2026, 6, 15, tzinfo=UTC)
PLACE = re.compile(r"^((probes|reports/\w+)/demo|reports/rota)\.yaml:\d+:\d+: \S.*\(.+\)$")
FILES = {
    "probes/demo.yaml": paths.PROBES / "demo.yaml",
    "reports/contracts/demo.yaml": paths.REPORTS / "contracts/demo.yaml",
    "reports/plans/demo.yaml": paths.REPORTS / "plans/lengow-premium.yaml",
    "reports/calendars/demo.yaml": paths.REPORTS / "calendars/lengow-support.yaml",
}
ROTA = """\
people:
  - key: alice
    name: Alice Martin
    roles: [support_agent, incident_manager, support_manager, infrastructure, development]
    reach: [{email: alice@vendor.example}, {webhook: "http://10.0.0.1/", secret: "${env:S}"}]
    hours: lengow-support
levels: [[alice]]
several_roles: true
acknowledge_within: 5m
mail: {host: mail.vendor.example, sender: "Vigie <vigie@vendor.example>"}
allow: [private]
test: {weekday: mon, at: "09:00", timezone: Europe/Paris}
alive: https://watchdog.example/ping/1
"""
GOOD = {name: path.read_text(encoding="utf-8") for name, path in FILES.items()}
GOOD["reports/rota.yaml"] = ROTA
PIECES = st.sampled_from(
    [
        "",
        "null",
        "[]",
        "{}",
        "-1",
        "9e9",
        "0s",
        "[[",
        "}",
        ": ",
        "\n",
        "- ",
        "&a",
        "*a",
        "!x ",
        "99d",
    ]
) | st.text(max_size=5)


@given(
    name=st.sampled_from(sorted(GOOD)),
    place=st.floats(0, 1),
    removed=st.integers(0, 30),
    piece=PIECES,
)
@example(name="probes/demo.yaml", place=0.0, removed=0, piece="\xa0")
@settings(max_examples=150, deadline=None)
def test_damaged_file_is_read_or_refused_in_words(
    name: str, place: float, removed: int, piece: str
) -> None:
    text = GOOD[name]
    at = int(len(text) * place)
    damaged = text[:at] + piece + text[at + removed :]
    problems = problems_of({**GOOD, name: damaged})

    assert [] == [problem for problem in problems if not PLACE.match(problem)]


def problems_of(files: dict[str, str]) -> list[str]:
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            load(Path(folder), probing.MODELS, now=NOW)
        except CatalogueError as error:
            return [problem.removeprefix(f"{folder}/") for problem in error.problems]
        return []
