"""Logs that customers hold against our figures, written into a world."""

from datetime import timedelta

from tests.sql.world import OUTCOMES, START, World, minute


async def dispute(world: World, *, every: float = 1, contract: str = "acme", **logs: str) -> str:
    """Import a log: of each service one letter (U, D) every so many minutes; a dot is a hole."""
    key = f"d-{len(world.ids)}"
    made = {
        "key": key,
        "contract_id": world.ids[contract],
        "file": f"log of {contract}.csv",
        "sha256": f"{len(world.ids):064x}",
        "every": timedelta(minutes=every),
        "recorded_by": "carol",
        "recorded_at": START,
    }
    world.ids[key] = await world.insert("dispute", made, "dispute_id")
    line = 1
    for service, letters in logs.items():
        for number, letter in enumerate(letters):
            if letter == ".":
                continue
            line += 1
            told = {"dispute_id": world.ids[key], "service_id": world.ids[service]}
            seen = {"at": minute(every * number), "outcome": OUTCOMES[letter], "line": line}
            why = {"reason": f"timeout of {contract}" if letter == "D" else None}
            await world.insert("dispute_result", told | seen | why)
    return key
