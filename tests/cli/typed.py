"""Commands typed in a directory with a catalogue, and what they answered."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from vigie.cli import main

CATALOGUE = """
services:
  - key: shop
    name: Shop
    endpoints:
      - {key: one, http: 'https://shop.example/'}
"""


class Typed:
    """Types `vigie …` in *folder*, whose catalogue is applied to *database*."""

    def __init__(self, folder: Path, database: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._database = database
        self._capsys = capsys
        (folder / "probes").mkdir()
        (folder / "probes/shop.yaml").write_text(CATALOGUE, encoding="utf-8")
        assert self("apply")[0] == 0

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Return the exit status, stdout and stderr of a command."""
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = self._capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    def query(self, text: str) -> Any:
        """Return the one value that *text* selects."""
        return asyncio.run(self._query(text))

    async def _query(self, text: str) -> Any:
        connection = await asyncpg.connect(self._database)
        try:
            return await connection.fetchval(text)
        finally:
            await connection.close()
