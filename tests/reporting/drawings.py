"""Jobs for workers: they are imported by another process, so they live in a light module."""

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from tests.reporting import samples

from vigie.errors import ReportError
from vigie.reporting import make_pdf

NOW = datetime(2026, 6, 3, 6, tzinfo=UTC)


def said(text: str) -> bytes:
    return text.encode()


def who() -> bytes:
    return str(os.getpid()).encode()


def folder() -> bytes:
    return mkdtemp().encode()


def refused() -> bytes:
    raise ReportError("reports/templates/x.html:3: no such thing (correct the template)")


def broken() -> bytes:
    raise KeyError("a defect")


def killed() -> bytes:
    os.kill(os.getpid(), 9)
    return b""


def endless() -> bytes:
    while True:
        time.sleep(60)


def greedy() -> bytes:
    held = []
    while True:
        held.append(bytes(2**24))


def with_template(files: Mapping[str, str]) -> bytes:
    """Draw a quiet month with templates of a user: name by content."""
    with TemporaryDirectory() as place:
        for name, content in files.items():
            path = Path(place) / "reports" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return make_pdf(samples.quiet(), directory=Path(place), now=NOW)


def of_customer(name: str) -> bytes:
    quiet = samples.quiet()
    contract = replace(quiet.contract, customer=name)
    return make_pdf(replace(quiet, contract=contract), directory=Path("/nonexistent"), now=NOW)
