"""Files are written whole or not at all."""

import os
from pathlib import Path

import pytest

from vigie.errors import ReportError
from vigie.reporting import check_pdf, write


def test_a_file_replaces_the_old_one_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"old")

    write(path, b"new")

    assert b"new" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReportError) as caught:
        write(tmp_path / "none" / "report.pdf", b"")

    expected = f"{tmp_path}/none: there is no such directory (make it, or write another -o)"
    assert expected == str(caught.value)


def test_a_directory_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ReportError) as caught:
        write(tmp_path, b"")

    assert f"{tmp_path}: is a directory (write a file name after -o)" == str(caught.value)


def test_what_is_no_file_takes_the_content_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(pipe, b"report")
        assert b"report" == os.read(reader, 100)
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_what_takes_no_file_is_told_with_what_to_write() -> None:
    with pytest.raises(
        ReportError, match=r"^/proc/x\.pdf: cannot be written: .+ \(write another -o"
    ):
        write(Path("/proc/x.pdf"), b"")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_closed_directory_is_one_clear_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(ReportError, match="cannot be written: Permission denied"):
        write(tmp_path / "report.pdf", b"")


def test_a_name_of_something_else_is_refused(tmp_path: Path) -> None:
    for name in ("report.docx", "report.json", "report.csv"):
        with pytest.raises(ReportError, match=rf"{name}: is no name of a PDF \(write one that"):
            check_pdf(tmp_path / name)
    for name in ("report.pdf", "report.PDF", "report", "report-v1.2", "acme.2026-05"):
        check_pdf(tmp_path / name)
