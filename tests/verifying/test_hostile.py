"""Files that are no report, or that want to harm: one line each."""

import io
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from tests.verifying.reports import checked, edited, genuine, with_files

from vigie.errors import ReportError
from vigie.verifying.container import MOST_FILE, MOST_STREAM


def bomb(pdf: pikepdf.Pdf) -> None:
    packed = zlib.compress(b"0" * (MOST_STREAM + 1))
    stream: Any = pdf.attachments["report.json"].obj.EF.F
    stream.write(packed, filter=pikepdf.Name.FlateDecode)


def otherwise_packed(pdf: pikepdf.Pdf) -> None:
    stream: Any = pdf.attachments["report.json"].obj.EF.F
    stream.write(b"00", filter=pikepdf.Name.JBIG2Decode)


def without(name: str) -> Callable[[pikepdf.Pdf], None]:
    def drop(pdf: pikepdf.Pdf) -> None:
        del pdf.attachments[name]

    return drop


def encrypted(password: str) -> bytes:
    with pikepdf.open(io.BytesIO(genuine())) as pdf:
        target = io.BytesIO()
        pdf.save(target, encryption=pikepdf.Encryption(owner="owner", user=password))
    return target.getvalue()


def with_report(text: str) -> bytes:
    return with_files(genuine(), {"report.json": text.encode()})


def with_figure(name: str, value: object, part: str = "availability") -> bytes:
    with pikepdf.open(io.BytesIO(genuine())) as pdf:
        told = json.loads(pdf.attachments["report.json"].get_file().read_bytes())
    told["figures"][part][name] = value
    return with_report(json.dumps(told))


def with_rows(name: str, count: int) -> bytes:
    with pikepdf.open(io.BytesIO(genuine())) as pdf:
        told = json.loads(pdf.attachments["report.json"].get_file().read_bytes())
    told["figures"][name] = told["figures"][name][:1] * count
    return with_report(json.dumps(told))


def with_twice(name: str) -> bytes:
    """Return the report with another value before the true one of the first name in a file."""
    with pikepdf.open(io.BytesIO(genuine())) as pdf:
        true = pdf.attachments[name].get_file().read_bytes()
    [first, *_] = json.loads(true)
    return with_files(genuine(), {name: f'{{"{first}": 100,'.encode() + true.lstrip()[1:]})


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "is no PDF that can be read"),
    "no PDF": (lambda: b"GIF89a", "is no PDF that can be read"),
    "cut": (lambda: genuine()[:2000], "is no PDF that can be read|carries no"),
    "encrypted": (lambda: encrypted("secret"), "is encrypted"),
    "encrypted without a password": (lambda: encrypted(""), "is encrypted"),
    "huge": (lambda: b"%PDF-1.7\n" + b"0" * MOST_FILE, "no report has more than"),
    "bomb": (lambda: edited(genuine(), bomb), "holds a stream of more than"),
    "otherwise packed": (lambda: edited(genuine(), otherwise_packed), "packed in a way"),
    "no data": (lambda: edited(genuine(), without("report.json")), "carries no report.json"),
    "no manifest": (lambda: edited(genuine(), without("manifest.json")), "carries no manifest"),
    "deep": (lambda: with_report("[" * 200_000), r"report.json cannot be read"),
    "deep key": (lambda: with_report('{"contract":' * 200_000), "report.json cannot be read"),
    "no object": (lambda: with_report("1"), "report.json cannot be read"),
    "bytes": (lambda: with_files(genuine(), {"report.json": b"\xff"}), "cannot be read"),
    "twice": (lambda: with_twice("report.json"), "report.json cannot be read: contract is there t"),
    "listed twice": (
        lambda: with_twice("manifest.json"),
        r"manifest.json cannot be read \(files is",
    ),
    "astronomical": (lambda: with_figure("used_s", "1e999999"), "figures.availability.used_s"),
    "endless": (lambda: with_rows("outages", 5_001), "figures.outages is no value"),
    "elsewhere": (lambda: with_figure("timezone", "../../etc/passwd", "period"), "no time zone"),
    "without a zone": (lambda: with_figure("ends", "2026-06-01T00:00:00", "period"), "period.ends"),
    "ancient": (lambda: with_figure("ends", "0001-01-01T00:00:00Z", "period"), "period.ends"),
    "no target": (lambda: with_figure("target", "NaN"), "figures.availability.target"),
    "not a number": (lambda: with_figure("used_s", "NaN"), "figures.availability.used_s"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_ends_in_one_line(tmp_path: Path, case: str) -> None:
    make, says = HOSTILE[case]

    with pytest.raises(ReportError, match=says) as caught:
        checked(make(), tmp_path)

    assert "\n" not in str(caught.value)
    assert "report.pdf" in str(caught.value)
    assert " at 0x" not in str(caught.value)


def test_a_missing_list_fails_and_is_named(tmp_path: Path) -> None:
    found = checked(edited(genuine(), without("days.csv")), tmp_path)

    assert (False, "days.csv is missing") == (found["files"].holds, found["files"].says)
    assert found["pages"].holds is False


def test_an_additional_file_is_named(tmp_path: Path) -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["more.csv"] = b"1"

    assert (
        "more.csv is not in the manifest" == checked(edited(genuine(), add), tmp_path)["files"].says
    )


def test_data_of_which_no_page_can_be_made_fail(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(genuine())) as pdf:
        told = json.loads(pdf.attachments["report.json"].get_file().read_bytes())
    told["report"]["language"] = "tlh"

    found = checked(with_report(json.dumps(told)), tmp_path)["pages"]

    assert found.holds is False
    assert found.says.startswith("cannot be made of the data: language 'tlh'")
