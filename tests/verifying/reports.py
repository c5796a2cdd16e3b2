"""A report as `vigie report` makes it, of a month that adds up, and forgeries of it."""

import asyncio
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
from tests.reporting import evidencesamples, samples
from tests.verifying import furthersums

from vigie.reporting import Brand, Figures, Made, Part, attached, make_pdf
from vigie.verifying import Check, check_file, open_report

NOW = datetime(2026, 6, 3, 6, tzinfo=UTC)
NOWHERE = Path("/nonexistent")
A_DAY = timedelta(days=1)


def part(scope: str, unplanned: int, planned: int = 0, services: int = 1) -> Part:
    """Return what samples count of a scope: sampled every minute, so a minute more or less."""
    due = 31 * 86400
    return Part(
        scope=scope,
        target="99.98",
        future_s=Decimal(0),
        up_s=Decimal(due - unplanned - planned),
        down_s=Decimal(unplanned),
        worst_down_s=Decimal(unplanned),
        low_up_s=Decimal(due - planned - unplanned - 60),
        low_down_s=Decimal(unplanned + 60 if unplanned else 0),
        high_up_s=Decimal(due - planned - unplanned + 60),
        high_down_s=Decimal(unplanned - 60 if unplanned else 0),
        due_s=Decimal(due * services),
        covered_s=Decimal(due * services),
    )


def month() -> Figures:
    """Return May: 540 s down, 1200 s planned; every figure is what the others give."""
    busy = samples.busy()
    first, *later = busy.outages
    day = 86400
    # 2677200 s committed, of which 0.0002 are 535.44; 540 / 535.44 = 100.8516…, raised.
    whole = replace(busy.availability, name="solution", used_share="100.86")
    # (2677200 - 600) / 2677200 = 99.97758…, (2677200 - 480) / 2677200 = 99.98207…
    services = (
        # (2677200 - 420) / 2677200, and a minute more and less; 535.44 - 420
        samples.service(
            "api",
            "Public API",
            seconds=samples.seconds(unplanned=420, planned=1200),
            percent="99.9843",
            low="99.9820",
            high="99.9865",
            budget_s=Decimal("535.44"),
            used_s=Decimal(420),
            left_s=Decimal("115.44"),
            used_share="78.45",  # 78.4401…
        ),
        # 240 of 2678400 s
        samples.service(
            "orders",
            "Order management",
            seconds=samples.seconds(unplanned=240),
            percent="99.9910",
            low="99.9887",
            high="99.9932",
            used_s=Decimal(240),
            left_s=Decimal("295.68"),
            used_share="44.81",  # 44.8028…
        ),
        samples.service("crawler", "Web crawler", essential=False, used_share="0.00"),
    )
    return replace(
        busy,
        availability=whole,
        services=services,
        outages=(replace(first, cause="orders-status: connect_refused"), *later),
        longest=replace(busy.longest, greatest_elapsed_s=Decimal(300)),
        days=samples.days(
            d3=samples.seconds(unplanned=120, period=day),
            d12=samples.seconds(unplanned=300, period=day),
            d19=samples.seconds(planned=1200, period=day),
            d21=samples.seconds(unplanned=120, period=day),
        ),
        probes=tuple(replace(one, timeout_s=Decimal(10)) for one in busy.probes),
        contents=furthersums.contents(),
        evidence=replace(
            evidencesamples.evidence(
                [
                    evidencesamples.results_day(one.endpoint, date(2026, 4, 30) + day * A_DAY)
                    for one in evidencesamples.PROBES
                    for day in range(32)  # the last day of April begins the month in Paris
                ],
                (
                    part("solution", 540, 1200, services=2),
                    part("api", 420, 1200),
                    part("orders", 240),
                    part("crawler", 0),
                ),
            ),
            **furthersums.behind(),
        ),
    )


@cache
def genuine(language: str = "en", *, sealed: bool = False) -> bytes:
    return make_pdf(month(), directory=NOWHERE, now=NOW, language=language, sealed=sealed)


def checked(content: bytes, folder: Path, directory: Path = NOWHERE) -> dict[str, Check]:
    """Return the checks of a file of this *content* by name."""
    path = folder / "report.pdf"
    path.write_bytes(content)
    _, checks = asyncio.run(check_file(open_report(path), directory=directory))
    return {check.name: check for check in checks}


def failing(content: bytes, folder: Path) -> dict[str, str]:
    return {
        name: check.says for name, check in checked(content, folder).items() if check.holds is False
    }


def edited(content: bytes, change: Callable[[pikepdf.Pdf], object]) -> bytes:
    """Return the PDF saved again after a *change*, as an editor of PDFs would."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        change(pdf)
        target = io.BytesIO()
        pdf.save(target, static_id=True, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return target.getvalue()


def with_files(content: bytes, files: Mapping[str, bytes]) -> bytes:
    """Return the PDF with these attachments in the place of its own."""

    def swap(pdf: pikepdf.Pdf) -> None:
        for name, held in files.items():
            stream: Any = pdf.attachments[name].obj.EF.F
            stream.write(held)

    return edited(content, swap)


def forged(figures: Figures, *, brand: Brand | None = None) -> bytes:
    """Return the genuine pages with other data behind them, in which all digests agree."""
    made = Made(
        document="monthly",
        language="en",
        made_at=NOW,
        program=_made_with()["vigie"],
        timezone=figures.period.timezone,
        sla_version=figures.sla_version,
        contract_version=figures.contract.version_from,
        brand=brand,
    )
    files = attached(figures, made, sources=_made_with())
    return with_files(genuine(), {file.name: file.content for file in files})


def relisted(content: bytes, **made_with: str) -> bytes:
    """Return the PDF whose manifest says that it was made with something else."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        told = json.loads(pdf.attachments["manifest.json"].get_file().read_bytes())
    told["made_with"] |= made_with
    text = json.dumps(told, indent=2) + "\n"
    return with_files(content, {"manifest.json": text.encode()})


def _made_with() -> dict[str, str]:
    with pikepdf.open(io.BytesIO(genuine())) as pdf:
        told = json.loads(pdf.attachments["manifest.json"].get_file().read_bytes())
    made_with: dict[str, str] = told["made_with"]
    return made_with


def digits(content: bytes) -> list[int]:
    return [match.start() for match in re.finditer(rb"[0-9]", content)]


def changed(content: bytes, place: int) -> bytes:
    """Return *content* with another digit at *place*."""
    other = b"%d" % ((content[place] - ord("0") + 1) % 10)
    return content[:place] + other + content[place + 1 :]


def updated(content: bytes, objects: Mapping[int, bytes]) -> bytes:
    """Return the PDF with *objects* appended as an incremental update, as seals are."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        root, info = pdf.Root.objgen[0], pdf.trailer.Info.objgen[0]
        size = max(int(pdf.trailer.Size), *objects) + 1
    before = content.rindex(b"startxref") + len(b"startxref")
    previous = int(content[before:].split()[0])
    body, table = b"", b"xref\n"
    for number, held in sorted(objects.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(content) + len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, held)
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /Prev %d >>\n"
    end = b"startxref\n%d\n%%%%EOF\n" % (len(content) + len(body))
    return content + body + table + trailer % (size, root, info, previous) + end


def with_signature(content: bytes, more: Mapping[int, bytes] | None = None) -> bytes:
    """Return the PDF with a field of a signature appended; what is in it nobody asks here."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        root, size = pdf.Root.objgen[0], int(pdf.trailer.Size)
        plain = pdf.Root.unparse(resolved=True)
    form = b"/AcroForm << /Fields [%d 0 R] >> >>" % size
    field = b"<< /FT /Sig /T (Seal) /V << /Type /Sig >> >>"
    objects = {root: plain.removesuffix(b">>") + form, size: field}
    return updated(content, {**objects, **(more or {})})
