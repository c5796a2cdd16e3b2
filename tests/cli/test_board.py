"""The table of a probing process."""

from datetime import UTC, datetime, timedelta

from rich.console import Console

from vigie.cli.board import HISTORY, Board
from vigie.probing import Attempt, Outcome, Reason, Result

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)


def result(number: int, outcome: Outcome = Outcome.UP, *, endpoint: str = "a") -> Result:
    at = NOON + timedelta(seconds=number)
    reason = None if outcome is Outcome.UP else Reason.STATUS
    attempt = Attempt(
        number=1,
        started=at,
        outcome=outcome,
        reason=reason,
        detail=reason and "status 503, expected 200-299",
        duration_us=12_345,
        connect_us=1_000,
    )
    return Result(
        endpoint=endpoint,
        location="main",
        at=at,
        outcome=outcome,
        reason=reason,
        lag_us=0,
        attempts=(attempt,),
    )


def missed(number: int) -> Result:
    return Result(
        endpoint="a",
        location="main",
        at=NOON + timedelta(seconds=number),
        outcome=Outcome.UNKNOWN,
        reason=Reason.MISSED,
        lag_us=None,
        attempts=(),
    )


def text(board: Board, availability: dict[str, str] | None = None) -> list[str]:
    console = Console(width=120, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as captured:
        console.print(board.table(availability))
    return [" ".join(line.split()) for line in captured.get().splitlines()]


def test_an_endpoint_waits_until_its_first_result() -> None:
    assert text(Board({"a": "Shop"}))[1] == "Shop waiting 0 0 0"


def test_results_are_counted_and_the_last_one_is_shown() -> None:
    board = Board({"a": "Shop", "b": "Search"})
    for number, outcome in enumerate((Outcome.UP, Outcome.UP, Outcome.DOWN)):
        board.take(result(number, outcome))

    assert text(board, {"a": "66.6666"})[1:] == [
        "Shop down (status) 1.0 12.3 2 1 0 66.6666 ··\N{MULTIPLICATION SIGN}",
        "Search waiting 0 0 0 …",
    ]
    assert next(iter(board.lines())) == "Shop: down (status), 12.3 ms; 2 up, 1 down, 0 unknown"


def test_the_newest_failure_is_told_with_its_detail() -> None:
    board = Board({"a": "Shop", "b": "Search"})
    before = board.problem()
    board.take(result(1, Outcome.DOWN, endpoint="b"))
    board.take(result(2, Outcome.DOWN))
    board.take(result(3))

    assert (before, board.problem()) == (None, "12:00:02 Shop: status 503, expected 200-299")


def test_a_missed_slot_is_unknown_and_took_no_time() -> None:
    board = Board({"a": "Shop"})
    board.take(missed(0))

    assert list(board.lines()) == ["Shop: unknown (missed); 0 up, 0 down, 1 unknown"]


def test_the_marks_keep_to_the_newest() -> None:
    board = Board({"a": "Shop"})
    board.take(result(0, Outcome.DOWN))
    for number in range(HISTORY):
        board.take(result(number + 1))

    assert text(board)[1].endswith(f" {'·' * HISTORY}")
