"""Spool files of other versions: `spools/` holds one of each version there was, never edited."""

import shutil
from pathlib import Path

import asyncpg
import pytest
from structlog.testing import capture_logs
from tests.storing.made import MINUTE, NOON, catalogue, up

from vigie.storing import spoolfile, spoolline
from vigie.storing.catalogue import apply_catalogue
from vigie.storing.shipper import Shipper
from vigie.storing.spoolfile import VERSION

SPOOLS = Path(__file__).parent / "spools"
SAMPLES = sorted(SPOOLS.glob("*.jsonl"))
NEWER = f'{{"vigie":"spool","version":{VERSION + 1},"results":1}}\n'.encode()
CAME = b"a line of a format that is not known yet\n"


@pytest.fixture
async def shipper(pool: asyncpg.Pool, tmp_path: Path) -> Shipper:
    async with pool.acquire() as connection:
        await apply_catalogue(connection, catalogue(), NOON)
    return Shipper(tmp_path, pool)


def test_every_version_has_a_sample() -> None:
    assert {int(sample.name.partition("-")[0]) for sample in SAMPLES} == set(range(1, VERSION + 1))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
async def test_a_spool_of_an_older_version_is_shipped(
    pool: asyncpg.Pool, shipper: Shipper, sample: Path
) -> None:
    shutil.copy(sample, shipper.directory)

    assert 3 == await shipper.ship()
    assert [] == spoolfile.pending(shipper.directory)
    assert [
        (NOON, "up", 1, 200, 250, 120_000, 900, 2_000, 31_000, 80_000, None),
        (NOON + MINUTE, "down", 1, 503, 300, 5_000, *4 * (None,), "status"),
        (NOON + 2 * MINUTE, "unknown", 0, *7 * (None,), "missed"),
    ] == [
        tuple(row)
        for row in await pool.fetch(
            "select at, outcome, attempts, status, lag_us, duration_us, dns_us, connect_us,"
            " tls_us, first_byte_us, reason from fact.result order by at"
        )
    ]


@pytest.mark.parametrize(
    ("sample", "replaced", "body"),
    [
        ("1-before-bodies", "?", None),
        ("1-with-bodies", "\ufffd", "<h1>out of orders</h1>\n"),
        ("2-with-blind-edges", "\ufffd", "<h1>out of orders</h1>\n"),
    ],
)
async def test_the_evidence_of_an_older_version_is_shipped(
    pool: asyncpg.Pool, shipper: Shipper, sample: str, replaced: str, body: str | None
) -> None:
    shutil.copy(SPOOLS / f"{sample}.jsonl", shipper.directory)
    await shipper.ship()
    row = await pool.fetchrow("select attempt, outcome, reason, detail, body from sla.attempt")

    detail = f"status 503, expected 200-299 \U0001f4a5 {replaced}"
    assert (1, "down", "status", detail, body) == tuple(row)


async def test_blind_edges_are_shipped(pool: asyncpg.Pool, shipper: Shipper) -> None:
    shutil.copy(SPOOLS / "2-with-blind-edges.jsonl", shipper.directory)
    await shipper.ship()

    assert [("paris", NOON + MINUTE, NOON + 3 * MINUTE)] == [
        tuple(row) for row in await pool.fetch("select location, starts, ends from sla.blind_span")
    ]


async def test_a_field_that_is_not_known_yet_is_no_obstacle(shipper: Shipper) -> None:
    line = spoolline.encode(up()).replace(b'{"endpoint"', b'{"mood":"fine","endpoint"')
    spoolfile.write(shipper.directory / "0.jsonl", [line])

    assert 1 == await shipper.ship()


async def test_a_newer_spool_is_kept_apart_said_and_left_to_a_newer_program(
    pool: asyncpg.Pool, shipper: Shipper, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shipper.directory / "0.jsonl").write_bytes(NEWER + CAME)
    spoolfile.write(shipper.directory / "1.jsonl", [spoolline.encode(up())])
    kept = shipper.directory / "newer" / "0.jsonl"
    with capture_logs() as logs:
        assert await shipper.ship() == 1
        assert await _tidied(shipper, pool) == []  # still too new

    assert kept.read_bytes() == NEWER + CAME
    assert [(log["event"], log["file"]) for log in logs] == [
        ("shipper: a spool file of a newer Vigie is kept apart", str(kept))
    ]
    assert f"spool version {VERSION + 1}" in logs[0]["error"]

    monkeypatch.setattr("vigie.storing.spoolfile.VERSION", VERSION + 1)
    assert await _tidied(shipper, pool) == ["0.jsonl"]


async def _tidied(shipper: Shipper, pool: asyncpg.Pool) -> list[str]:
    """What waits once a new shipper looked at what was kept apart."""
    Shipper(shipper.directory, pool).tidy()
    return [path.name for path in spoolfile.pending(shipper.directory)]
