"""One bad file per rule, with its exact messages in its first lines."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

BAD = Path(__file__).parent / "bad"
MARK = "#! "


def cases() -> list[str]:
    return sorted(path.relative_to(BAD).as_posix() for path in BAD.rglob("*.yaml"))


def place(case: str) -> str:
    folder, name = case.split("/")
    alone = {"brand": "reports/brand.yaml", "rota": "reports/rota.yaml"}
    return ({"probes": "probes/shop.yaml"} | alone).get(folder, f"reports/{folder}/{name}")


@pytest.mark.parametrize("case", cases())
def test_bad_file_is_refused_with_its_exact_messages(
    case: str, bad: Callable[[Mapping[str, str]], list[str]]
) -> None:
    text = (BAD / case).read_text(encoding="utf-8")
    lines = text.splitlines()
    expected = [line.removeprefix(MARK) for line in lines if line.startswith(MARK)]

    assert expected == bad({place(case): text})
