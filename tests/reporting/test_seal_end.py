"""A sealed file ends with its seal: nothing may stand behind it, whatever readers make of it."""

import io
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfTimeStamper
from tests.reporting.authority import Issued, issue, stamper
from tests.reporting.test_seal import ACME, STAMPS, pkcs12, sealed
from tests.verifying.reports import updated

from vigie.reporting.sealing.check import verify_seal
from vigie.settings import Signing


def archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as target:
        target.writestr("report.txt", "100.0000 %")
    return held.getvalue()


def another_page(content: bytes) -> bytes:
    """Return an update with another first page, and the place of the table before it again."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        page, free = pdf.pages[0].obj.objgen[0], int(pdf.trailer.Size)
    objects = {
        page: b"<< /Type /Page /MediaBox [0 0 9 9] /Contents %d 0 R >>" % free,
        free: b"<< /Length 10 >>\nstream\n0 0 9 9 re\nendstream",
    }
    before = content[content.rindex(b"startxref") :]
    return updated(content, objects).removeprefix(content) + before


BEHIND: dict[str, Any] = {
    "comment": lambda _: b"\n% hello\n",
    "line end": lambda _: b"\n",
    "archive": lambda _: archive(),
    "update": another_page,
}


@pytest.mark.parametrize("case", BEHIND)
async def test_nothing_may_stand_behind_a_seal(case: str, tmp_path: Path) -> None:
    content = await sealed(pkcs12(tmp_path))
    trusting = Signing(roots=ACME.roots(tmp_path / "acme.pem"))

    (alone,) = await verify_seal(content, trusting)
    (found,) = await verify_seal(content + BEHIND[case](content), trusting)

    assert (True, True) == (alone.whole, alone.holds)
    assert (True, False, False) == (found.intact, found.whole, found.holds)


async def stamped(content: bytes, issued: Issued) -> bytes:
    """Return *content* with a timestamp of the whole document behind it."""
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(content))
    output = io.BytesIO()
    stamps: Any = PdfTimeStamper(stamper(issued))
    await stamps.async_timestamp_pdf(writer, "sha256", output=output)
    return output.getvalue()


async def stamped_over(content: bytes, issued: Issued, tail: bytes) -> bytes:
    """Return the same with a *tail* that the stamp covers: servers stamp whatever they get."""
    plain = await stamped(content, issued)
    text = plain[plain.rindex(b"/ByteRange [") :].split(b"]")[0]
    numbers = [int(one) for one in text.split(b"[")[1].split()]
    longer = text.replace(b" %d" % numbers[3], b" %d" % (numbers[3] + len(tail)))
    whole = plain.replace(text, longer) + tail
    assert len(whole) == len(plain) + len(tail)
    covered = whole[: numbers[1]] + whole[numbers[2] :]
    made: Any = await stamper(issued).async_timestamp(sha256(covered).digest(), "sha256")
    held: bytes = made.dump().hex().encode().ljust(numbers[2] - numbers[1] - 2, b"0")
    return whole[: numbers[1]] + b"<" + held + b">" + whole[numbers[2] :]


async def test_behind_a_seal_may_stand_a_timestamp_of_the_document(tmp_path: Path) -> None:
    content = await sealed(pkcs12(tmp_path))
    parts = [one.roots(tmp_path / "one").read_bytes() for one in (ACME, STAMPS)]
    (tmp_path / "roots.pem").write_bytes(b"".join(parts))
    cases = {
        "trusted": await stamped(content, STAMPS),
        "followed": await stamped(content, STAMPS) + b"% hello\n",
        "over": await stamped_over(content, STAMPS, b""),
        "over more": await stamped_over(content, STAMPS, archive()),
        "strange": await stamped(content, issue("Time of a stranger", stamps=True)),
    }

    trusting = Signing(roots=tmp_path / "roots.pem")
    told = {case: await verify_seal(held, trusting) for case, held in cases.items()}

    holding = [case for case, found in told.items() if all(one.holds for one in found)]
    assert ["trusted", "over"] == holding
    assert all(one.intact for found in told.values() for one in found)
