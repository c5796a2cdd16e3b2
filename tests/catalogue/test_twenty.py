"""A catalogue with twenty different mistakes gets twenty answers, all at once."""

from pathlib import Path

import pytest

from vigie.catalogue import Kinds, load
from vigie.errors import CatalogueError

TWENTY = Path(__file__).parent / "twenty"


def test_twenty_mistakes_are_all_reported_and_nothing_else(
    kinds: Kinds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(TWENTY)
    expected = (TWENTY / "expected.txt").read_text(encoding="utf-8").splitlines()

    with pytest.raises(CatalogueError) as caught:
        load(Path(), kinds)

    assert 20 == len(expected)
    assert expected == caught.value.problems
