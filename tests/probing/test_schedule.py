from binascii import crc32
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from vigie.probing import next_slot, offset_ms, slot_at

times = st.integers(min_value=-(10**13), max_value=10**13)
intervals = st.integers(min_value=1, max_value=86_400_000)


def test_offset_is_the_checksum_of_the_key() -> None:
    """It must be the same on every machine and in every version: results are keyed by slot."""
    assert 3_421_780_262 == crc32(b"123456789")
    assert 3_421_780_262 % 60_000 == offset_ms("123456789", 60_000)


def test_slot_of_a_minute_grid() -> None:
    noon = int(datetime(2026, 5, 12, 12, tzinfo=UTC).timestamp()) * 1000
    offset = 22_500

    assert noon - 60_000 + 22_500 == slot_at(noon, 60_000, offset)
    assert noon + 22_500 == slot_at(noon + 22_500, 60_000, offset)
    assert noon - 60_000 + 22_500 == slot_at(noon + 22_499, 60_000, offset)
    assert noon + 22_500 == next_slot(noon, 60_000, offset)
    assert noon + 82_500 == next_slot(noon + 22_500, 60_000, offset)


@given(times, intervals, st.text(max_size=20))
def test_slot_is_the_newest_on_the_grid(t: int, every: int, key: str) -> None:
    offset = offset_ms(key, every)
    slot = slot_at(t, every, offset)

    assert slot <= t < slot + every
    assert (slot - offset) % every == 0
    assert slot + every == next_slot(t, every, offset)


def test_offsets_spread_evenly() -> None:
    """100,000 endpoints a minute: no second gets 10 % more than its share."""
    seconds = [0] * 60
    for number in range(100_000):
        seconds[offset_ms(f"endpoint-{number}", 60_000) // 1000] += 1

    assert max(seconds) < 100_000 / 60 * 1.1
    assert min(seconds) > 100_000 / 60 * 0.9


def test_edge_grid_holds_the_regular_grid() -> None:
    assert offset_ms("api", 60_000) % 15_000 == offset_ms("api", 15_000)
