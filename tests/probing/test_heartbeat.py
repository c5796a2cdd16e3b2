"""What beats and silence mean, at every moment."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from vigie import catalogue
from vigie.catalogue import Service
from vigie.errors import CatalogueError
from vigie.probing import (
    MODELS,
    Beats,
    Heard,
    Known,
    Outcome,
    Reason,
    arm,
    listened,
    signal_of,
    stored,
)
from vigie.probing.beats import PAUSE, WEAK
from vigie.probing.failure import Failed
from vigie.probing.heard import Signal, after, read_heard
from vigie.probing.heartbeat import Beat, HeartbeatEndpoint, judge, probe

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LONG_AGO = NOON - 100 * HOUR
BEAT = {"period": "1h", "grace": "5m", "token": "${env:EXPORT_BEAT}"}
TOKEN = "0123456789abcdef-export"


def verdict(
    at: timedelta, *, since: datetime = LONG_AGO, **heard: object
) -> tuple[Reason, str] | None:
    """What is told *at* so long after noon; None: up."""
    told = Known(heard=Heard(**heard), since=since)  # type: ignore[arg-type] # as each test writes it
    try:
        judge(Beat.model_validate(BEAT), told, NOON + at)
    except Failed as failure:
        return failure.reason, failure.detail
    return None


def test_a_success_is_up_until_period_and_grace_are_over() -> None:
    late = "no beat since 2026-05-12T12:00:00Z, due by 2026-05-12T13:05:00Z"

    assert verdict(timedelta(0), ended=NOON) is None
    assert verdict(65 * MINUTE, ended=NOON) is None
    assert verdict(65 * MINUTE + SECOND, ended=NOON) == (Reason.LATE, late)


@pytest.mark.parametrize(
    ("code", "words"), [(None, "that it failed"), (3, "exit code 3"), (255, "exit code 255")]
)
def test_a_reported_failure_is_down_at_once_and_until_a_success(
    code: int | None, words: str
) -> None:
    told = (Reason.REPORTED, f"the application told {words} at 2026-05-12T12:00:00Z")

    assert verdict(SECOND, ended=NOON, failed=True, code=code) == told
    assert verdict(9 * HOUR, ended=NOON, failed=True, code=code) == told
    # A next run that begins repairs nothing yet.
    assert verdict(2 * MINUTE, ended=NOON, failed=True, code=code, started=NOON + MINUTE) == told


def test_a_start_must_end_within_the_period() -> None:
    started = {"ended": NOON - HOUR, "started": NOON}
    late = "started at 2026-05-12T12:00:00Z, not finished within 1h"

    assert verdict(30 * MINUTE, **started) is None  # on its way: not late for its next beat
    assert verdict(HOUR, **started) is None
    assert verdict(HOUR + SECOND, **started) == (Reason.LATE, late)


def test_before_the_first_end_nothing_can_be_told_of_a_start() -> None:
    text = "started at 2026-05-12T12:00:00Z, not finished"

    assert verdict(HOUR, started=NOON) == (Reason.AWAITED, f"{text} yet")
    assert verdict(HOUR + SECOND, started=NOON) == (Reason.LATE, f"{text} within 1h")


def test_silence_is_told_once_we_listened_long_enough() -> None:
    text = "no beat yet, listening since 2026-05-12T12:00:00Z"

    assert verdict(65 * MINUTE, since=NOON) == (Reason.AWAITED, text)
    assert verdict(65 * MINUTE + SECOND, since=NOON) == (
        Reason.LATE,
        f"{text}, due by 2026-05-12T13:05:00Z",
    )


@pytest.mark.parametrize(
    "heard",
    [
        {"ended": NOON - 2 * HOUR},
        {"ended": NOON - 2 * HOUR, "failed": True, "code": 1},
        {"ended": NOON - 4 * HOUR, "started": NOON - 2 * HOUR},
    ],
    ids=["late", "failed", "started"],
)
def test_what_may_have_come_while_nobody_listened_is_unknown(heard: dict[str, object]) -> None:
    """We listen again since noon: by 13:05 every application has called, or is late."""
    told = verdict(MINUTE, since=NOON, **heard)
    later = verdict(65 * MINUTE + SECOND, since=NOON, **heard)

    assert told
    assert told[0] is Reason.AWAITED
    assert told[1].endswith(", but listening only since 2026-05-12T12:00:00Z")
    assert later
    assert later[0] in (Reason.LATE, Reason.REPORTED)


def test_words_of_an_address() -> None:
    told = {word: signal_of(word) for word in (None, "start", "fail", "0", "1", "255")}

    assert told == {
        None: Signal(),
        "start": Signal(starts=True),
        "fail": Signal(failed=True),
        "0": Signal(code=0),
        "1": Signal(failed=True, code=1),
        "255": Signal(failed=True, code=255),
    }
    assert {
        signal_of(word)
        for word in ("", "256", "-1", "1.0", "\N{FULLWIDTH DIGIT NINE}", "0000", "end")
    } == {None}


def test_an_end_closes_what_was_started() -> None:
    heard = after(after(Heard(), Signal(starts=True), NOON), Signal(), NOON + MINUTE)

    assert heard == Heard(ended=NOON + MINUTE)


@pytest.fixture
def beats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Beats:
    monkeypatch.setenv("EXPORT_BEAT", TOKEN)
    return Beats(tmp_path, "main")


ARMED = {"export": "${env:EXPORT_BEAT}"}


async def test_beats_outlive_the_process(beats: Beats, tmp_path: Path) -> None:
    beats.arm(ARMED, {})
    await beats.take("export", Signal(failed=True, code=3))
    again = Beats(tmp_path, "main")
    again.arm(ARMED, {})

    assert again.known("export") == beats.known("export")
    assert again.known("export").heard.code == 3
    assert again.known("export") == stored(tmp_path, "main", "export")


async def test_a_restart_is_no_pause_and_a_long_one_is(beats: Beats, tmp_path: Path) -> None:
    with time_machine.travel(NOON, tick=False):
        beats.arm(ARMED, {})
    log = tmp_path / "listening/main.json"
    told = {}
    for pause in (PAUSE, PAUSE + SECOND):
        os.utime(log, (NOON.timestamp(), NOON.timestamp()))
        with time_machine.travel(NOON + pause, tick=False):
            again = Beats(tmp_path, "main")
            again.arm(ARMED, {})
            told[pause] = again.known("export").since

    assert told == {PAUSE: NOON, PAUSE + SECOND: NOON + PAUSE + SECOND}


async def test_a_machine_that_slept_did_not_listen(beats: Beats) -> None:
    with time_machine.travel(NOON, tick=False):
        beats.arm(ARMED, {})
    beats._tick(NOON + 5 * SECOND)
    awake = beats.known("export").since
    beats._tick(NOON + HOUR)

    assert (awake, beats.known("export").since) == (NOON, NOON + HOUR)


async def test_an_endpoint_that_comes_later_is_listened_for_since_then(beats: Beats) -> None:
    with time_machine.travel(NOON, tick=False):
        beats.arm(ARMED, {})
    beats._tick(NOON + 20 * SECOND)
    with time_machine.travel(NOON + 21 * SECOND, tick=False):
        beats.arm({**ARMED, "later": "${file:/dev/null}"}, {})

    assert beats._since == {"export": NOON, "later": NOON + 21 * SECOND}


async def test_a_token_finds_its_endpoint_and_no_other(
    beats: Beats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_BEAT", TOKEN[::-1])
    beats.arm({**ARMED, "other": "${env:OTHER_BEAT}"}, {})

    assert (beats.key_of(TOKEN), beats.key_of(TOKEN[::-1])) == ("export", "other")
    assert {beats.key_of(it) for it in ("", TOKEN[:-1], TOKEN + "x", TOKEN.upper())} == {None}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("${env:NO_BEAT}", "the environment variable NO_BEAT is not set in the prober"),
        ("${env:SHORT_BEAT}", WEAK),
        ("${env:EXPORT_BEAT}", "its token is that of export (write another one)"),
    ],
)
async def test_a_token_that_cannot_be_used_is_unknown_and_told_without_it(
    beats: Beats, monkeypatch: pytest.MonkeyPatch, written: str, why: str
) -> None:
    monkeypatch.setenv("SHORT_BEAT", "s3cr3t/")
    beats.arm({**ARMED, "other": written}, {})
    endpoint = HeartbeatEndpoint.model_validate({"key": "other", "heartbeat": BEAT})
    with listened(beats.known):
        attempt = await probe(endpoint, number=1, allow=())

    assert (attempt.outcome, attempt.reason) == (Outcome.UNKNOWN, Reason.INTERNAL)
    assert attempt.detail == why


async def test_a_damaged_file_is_kept_aside_and_time_begins_anew(
    beats: Beats, tmp_path: Path
) -> None:
    with time_machine.travel(NOON, tick=False):
        beats.arm(ARMED, {})
    (tmp_path / "export.json").write_text("{", encoding="utf-8")
    with time_machine.travel(NOON + SECOND, tick=False):
        again = Beats(tmp_path, "main")
        again.arm(ARMED, {})

    assert again.known("export") == Known(heard=Heard(), since=NOON + SECOND)
    assert (tmp_path / "export.bad").read_text() == "{"


async def test_a_disk_that_refuses_leaves_what_was(beats: Beats, tmp_path: Path) -> None:
    beats.arm(ARMED, {})
    await beats.take("export", Signal())
    before = beats.known("export")
    (tmp_path / "export.tmp").mkdir()
    with pytest.raises(OSError, match="export"):
        await beats.take("export", Signal(failed=True))

    assert beats.known("export") == before
    assert read_heard(tmp_path / "export.json") == before.heard


async def test_where_nobody_listens_nothing_can_be_told(tmp_path: Path) -> None:
    endpoint = HeartbeatEndpoint.model_validate({"key": "export", "heartbeat": BEAT})
    attempt = await probe(endpoint, number=1, allow=())
    with pytest.raises(Failed) as caught:
        stored(tmp_path, "main", "export")

    assert attempt.outcome is Outcome.UNKNOWN
    assert attempt.detail == "this process does not listen for beats (use vigie run)"
    assert caught.value.detail == "no process listens for its beats (start vigie run)"


CLEAR = "the token is a secret, and not written here"


def problems(folder: Path, heartbeat: str) -> list[str]:
    (folder / "probes").mkdir()
    (folder / "probes/jobs.yaml").write_text(
        "services:\n  - key: jobs\n    name: Jobs\n    endpoints:\n"
        f"      - {{key: export, every: 1s, heartbeat: {heartbeat}}}\n",
        encoding="utf-8",
    )
    try:
        catalogue.load(folder, MODELS)
    except CatalogueError as error:
        return [problem.partition("heartbeat")[2] for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("{period: 1h, token: '${env:BEAT}'}", []),
        (
            "{period: 1h, token: 0123456789abcdef}",
            [
                f".token: {CLEAR} (write ${{env:NAME}}, or ${{file:PATH}})",
            ],
        ),
        ("{period: 0s, token: '${env:BEAT}'}", [": a period of 0s (write 1s to 366d)"]),
        (
            "{period: 1h, grace: 400d, token: '${env:BEAT}'}",
            [": a grace of 400d (write 366d or less)"],
        ),
    ],
)
def test_what_the_catalogue_takes(tmp_path: Path, written: str, told: list[str]) -> None:
    """Also every second: the usual time-out and retries would not fit."""
    assert problems(tmp_path, written) == told


@pytest.mark.parametrize(("locations", "outcome"), [((), Reason.INTERNAL), (("paris",), None)])
async def test_a_beat_is_asked_for_at_one_location(
    beats: Beats, locations: tuple[str, ...], outcome: Reason | None
) -> None:
    endpoint = HeartbeatEndpoint.model_validate(
        {"key": "export", "heartbeat": BEAT, "locations": locations}
    )
    jobs = Service(key="jobs", name="Jobs", endpoints=(endpoint,))
    arm(beats, [jobs], ["paris", "london"], "paris")
    await beats.take("export", Signal())
    with listened(beats.known):
        attempt = await probe(endpoint, number=1, allow=())

    assert attempt.reason is outcome


async def test_an_endpoint_of_another_location_is_not_listened_for_here(beats: Beats) -> None:
    spec = {"key": "export", "heartbeat": BEAT, "locations": ["london"]}
    jobs = Service(key="jobs", name="Jobs", endpoints=(HeartbeatEndpoint.model_validate(spec),))
    arm(beats, [jobs], ["paris", "london"], "paris")

    assert beats.key_of(TOKEN) is None
