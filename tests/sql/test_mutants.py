"""The suite notices every mutant: a test that cannot fail is no test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.sql.mutant import Mutant
from tests.sql.mutants import MUTANTS

HERE = Path(__file__).parent
# Where most is noticed comes first; the laws, which take longest, last.
_SUITE = (
    "runs",
    "retention",
    "timeline",
    "service_state",
    "availability",
    "local_periods",
    "moved",
    "outage",
    "terms",
    "maintenance",
    "maintenance_cap",
    "readings",
    "correction",
    "calendar",
    "laws",
    "laws_budget",
    "laws_calendar",
    "laws_maintenance",
    "laws_order",
    "laws_rollup",
    "laws_turns",
)
NOTICED = 1  # pytest's exit status when tests failed


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_place_of_the_mutant_is_there(mutant: Mutant) -> None:
    assert mutant.right not in mutant.text() or mutant.right in mutant.wrong


@pytest.mark.long
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_suite_notices_the_mutant(mutant: Mutant, server: str) -> None:
    environment = os.environ | {
        "VIGIE_MUTANT": mutant.name,
        "VIGIE_TEST_DATABASE_URL": server,
        "VIGIE_LAW_CASES": "100",
    }
    suite = [str(HERE / f"test_{name}.py") for name in _SUITE]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *suite],
        env=environment,
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )

    assert done.returncode == NOTICED, done.stdout[-2000:]
