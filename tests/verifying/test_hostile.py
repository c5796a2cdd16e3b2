"""Files that are no report, or that want to harm: one line each."""

import asyncio
import io
import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from tests.verifying.reports import checked, edited, genuine, with_files

from vigie.errors import ReportError
from vigie.reporting import open_workers
from vigie.verifying import open_within_limits, opening
from vigie.verifying.container import MOST_FILE, MOST_STREAM


def bomb(pdf: pikepdf.Pdf) -> None:
    packed = zlib.compress(b"0" * (MOST_STREAM + 1))
    stream: Any = pdf.attachments["report.json"].obj.EF.F
    stream.write(packed, filter=pikepdf.Name.FlateDecode)


def otherwise_packed(pdf: pikepdf.Pdf) -> None:
    stream: Any = pdf.attachments["report.json"].obj.EF.F
    stream.write(b"00", filter=pikepdf.Name.JBIG2Decode)


def unpacked_as_it_opens(mebi: int, times: int = 2) -> bytes:
    """Return a small PDF whose table of objects unpacks, so many times, to MiB of zeros."""
    table = bytes(mebi * 2**20)
    for _ in range(times):
        table = zlib.compress(table, 9)
    objects = (
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [4 0 R] /Count 1 >>\nendobj\n"
        b"4 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n"
    )
    head = (
        b"3 0 obj\n<< /Type /XRef /Size 5 /W [1 2 1] /Index [0 5] /Root 1 0 R"
        b" /Filter [%s] /Length %d >>\nstream\n" % (b" /FlateDecode" * times, len(table))
    )
    begin = b"%PDF-1.7\n" + objects
    end = b"\nendstream\nendobj\ntrailer\n<< /Root 1 0 R /Size 5 >>\nstartxref\n%d\n%%%%EOF\n"
    return begin + head + table + end % len(begin)


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
    "countless": (lambda: with_rows("services", 2_001), "figures.services is no value"),
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


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ({"timeout": 0.5}, "the document took longer than 0.5 s"),
        ({"memory": 32 * 2**20}, "a document may take 32 MiB of memory"),
    ],
)
def test_data_that_draw_for_ever_end_with_the_limits_of_a_worker(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    limit: dict[str, Any],
    says: str,
) -> None:
    monkeypatch.setattr("vigie.verifying.pages.open_workers", partial(open_workers, **limit))

    found = checked(with_rows("outages", 1_500), tmp_path)["pages"]

    assert found.holds is False
    assert found.says.startswith("cannot be made of the data: ")
    assert found.says.endswith(says)
    assert ("", "") == capfd.readouterr()


def test_a_table_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    """It does so as the file is opened; a child's memory is measured, since it has no other."""
    (tmp_path / "report.pdf").write_bytes(unpacked_as_it_opens(600))
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from vigie.verifying import open_report\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: open_report(Path(sys.argv[1]))\n"
        "except Exception as error: print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "report.pdf"],
        capture_output=True,
        text=True,
        check=True,
    )

    *said, kibibytes = done.stdout.splitlines()
    assert 100 * 1024 > int(kibibytes)
    assert ["report.pdf: is packed in a way that no report is"] == [
        line.replace(f"{tmp_path}/", "").partition(" (")[0] for line in said
    ]


def test_a_table_for_which_memory_does_not_suffice_is_not_passed_over(tmp_path: Path) -> None:
    """The library goes on without the table, and another process would have the memory."""
    (tmp_path / "report.pdf").write_bytes(unpacked_as_it_opens(30, times=1))
    program = (
        "import sys; from pathlib import Path\n"
        "from vigie.reporting.drawing import workers\n"
        "from vigie.verifying import open_report\n"
        "workers._limit_memory(2**24)\n"
        "try: open_report(Path(sys.argv[1]))\n"
        "except Exception as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "report.pdf"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert f"{tmp_path}/report.pdf: takes more memory than any report\n" == done.stdout


def tables_in_a_row(count: int) -> bytes:
    """Return a small PDF with so many tables of objects, each of which unpacks to 16 MiB."""
    table = zlib.compress(bytes(2**24), 9)
    content, before = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n", b""
    for number in range(count):
        at = len(content)
        content += (
            b"%d 0 obj\n<< /Type /XRef /Size %d /W [1 2 1] /Index [0 5] /Root 1 0 R%s"
            b" /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n"
        ) % (number + 3, count + 3, before, len(table), table)
        before = b" /Prev %d" % at
    return content + b"startxref\n%d\n%%%%EOF\n" % at


def test_opening_ends_with_the_limits_of_a_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(tables_in_a_row(400))
    monkeypatch.setattr(opening, "TIMEOUT_S", 0.5)

    with pytest.raises(ReportError) as caught:
        asyncio.run(open_within_limits(path))

    assert f"{path}: cannot be opened within 0.5 s and 512 MiB of memory" == str(caught.value)
    assert ("", "") == capfd.readouterr()


def test_what_is_wrong_in_a_file_is_told_from_the_worker_too(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(encrypted("secret"))

    with pytest.raises(ReportError, match=r"report\.pdf: is encrypted \(give the file"):
        asyncio.run(open_within_limits(path))
