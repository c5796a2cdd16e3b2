"""What the database keeps of the catalogue is what was written, of every kind of endpoint."""

import json
from pathlib import Path

import asyncpg
from structlog.testing import capture_logs
from tests.catalogue.documented import KINDS, probes_files
from tests.storing.made import NOON

from vigie import catalogue, probing
from vigie.storing import apply_catalogue, read_targets
from vigie.storing.agents import read_references


async def test_every_kind_and_the_references_are_read_as_they_were_written(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    (tmp_path / "probes").mkdir()
    for name, content in probes_files().items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    found = catalogue.load(tmp_path, probing.MODELS)
    await apply_catalogue(connection, found, NOON)

    written = {it.key: it for service in found.services for it in service.endpoints}
    for location in found.locations:
        read = await read_targets(connection, location)
        references = await read_references(connection, location)

        assert {target.endpoint.key: target.endpoint for target in read} == written
        assert set(references) == set(catalogue.references_at(found, location))
    assert {name for name in probing.MODELS if any(hasattr(it, name) for it in written.values())}


async def test_what_a_newer_program_wrote_is_left_out_and_said(
    connection: asyncpg.Connection, tmp_path: Path
) -> None:
    (tmp_path / "probes").mkdir()
    lines = [f"{{key: {key}, http: 'https://{key}.example/'}}" for key in ("one", "two", "three")]
    text = KINDS + "".join(f"      - {line}\n" for line in lines)
    (tmp_path / "probes" / "shop.yaml").write_text(text, encoding="utf-8")
    await apply_catalogue(connection, catalogue.load(tmp_path, probing.MODELS), NOON)
    for key, spec in (("one", {"telepathy": "x"}), ("two", {"http": "https://x/", "new": 1})):
        await connection.execute(
            "update fact.endpoint_version as v set spec = $2 from fact.endpoint as e"
            " where e.endpoint_id = v.endpoint_id and e.key = $1",
            key,
            json.dumps({"key": key, **spec}),
        )
    with capture_logs() as logs:
        read = await read_targets(connection, "main")

    assert [target.endpoint.key for target in read] == ["three"]
    assert sorted(line["endpoint"] for line in logs) == ["one", "two"]
