"""What is told of a report's seal."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from tests.verifying.reports import NOW, NOWHERE, checked, genuine, month, with_signature

from vigie import reporting
from vigie.errors import ReportError


@dataclass
class Seal:
    """A seal as `verify_seal` tells of it."""

    signer: str = "Acme Reports"
    intact: bool = True
    whole: bool = True
    trusted: bool | None = True
    signed_at: datetime = datetime(2026, 6, 3, 6, tzinfo=UTC)
    stamped_at: datetime | None = None

    @property
    def holds(self) -> bool:
        return self.intact and self.whole and self.trusted is not False


@pytest.mark.parametrize(
    ("seal", "holds", "says"),
    [
        (Seal(), True, "by Acme Reports, at 2026-06-03 06:00:00+00:00"),
        (Seal(intact=False), False, "the file was changed after it was sealed"),
        (Seal(whole=False), False, "it does not cover the whole file"),
        (Seal(trusted=False), False, "its certificate is not trusted here"),
        (Seal(trusted=None), True, "nothing says whom to trust"),
    ],
)
def test_a_seal_is_told_by_its_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seal: Seal, *, holds: bool, says: str
) -> None:
    async def verify_seal(_pdf: bytes, _signing: object = None) -> tuple[Any, ...]:
        return (seal,)

    monkeypatch.setattr(reporting, "verify_seal", verify_seal, raising=False)

    found = checked(with_signature(genuine()), tmp_path)["seal"]

    assert holds == found.holds
    assert says in found.says


def test_a_seal_that_cannot_be_read_does_not_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def verify_seal(_pdf: bytes, _signing: object = None) -> tuple[Any, ...]:
        raise ReportError("the seal cannot be read: nonsense")

    monkeypatch.setattr(reporting, "verify_seal", verify_seal, raising=False)

    found = checked(with_signature(genuine()), tmp_path)["seal"]

    assert (False, "the seal cannot be read: nonsense") == (found.holds, found.says)


def test_a_seal_that_was_taken_away_is_missed(tmp_path: Path) -> None:
    unsealed = reporting.make_pdf(month(), directory=NOWHERE, now=NOW, language="en", sealed=True)

    found = checked(unsealed, tmp_path)["seal"]

    assert (False, "the report says that it is sealed, and is not") == (found.holds, found.says)
    assert checked(genuine(), tmp_path)["seal"].holds is None


def test_a_seal_changes_no_page_and_what_else_was_appended_is_seen(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(genuine())) as pdf:
        number = pdf.pages[1].Contents.objgen[0]
    empty = b"<< /Length 0 >>\nstream\n\nendstream"

    assert checked(with_signature(genuine()), tmp_path)["pages"].holds
    found = checked(with_signature(genuine(), {number: empty}), tmp_path)["pages"]

    assert found.holds is False
    assert "page 2 looks otherwise than the data give, since something was added" == found.says
