"""Nothing is too long for its cell, and no name too long for a page."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from tests.reporting import crises, samples, summaries
from tests.reporting.layout import problems
from tests.reporting.notices import announced
from tests.reporting.odd import NOW, NOWHERE
from tests.reporting.stretching import stretched
from tests.reporting.test_dispute_annex import disputed, line

from vigie.reporting import (
    comparison_pdf,
    make_incident_report,
    make_pdf,
    notice_pdf,
    summary_pdf,
)

NAME = "Acme " * 10 + "W" * 10_000
DOCUMENTS: dict[str, tuple[Callable[..., bytes], Callable[[], Any]]] = {
    "report": (partial(make_pdf, language="es"), samples.busy),
    "annex": (partial(comparison_pdf, language="de"), lambda: disputed(line(1), line(2))),
    "summary": (partial(summary_pdf, language="fr"), partial(summaries.busy, 12)),
    "notice": (partial(notice_pdf, language="it"), announced),
    "incident": (make_incident_report, crises.approved),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_long_stays_in_its_place(name: str) -> None:
    draw, record = DOCUMENTS[name]
    begun = time.process_time()
    content = draw(stretched(record(), name=NAME), directory=NOWHERE, now=NOW)

    assert [] == problems(content)
    assert time.process_time() - begun < 15  # whole names take minutes
