"""What `sla` lists below the figure: whole in 80 columns, and in a pipe."""

from dataclasses import replace
from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console
from tests.reporting import samples

from vigie.cli.sla import print_figures
from vigie.reporting import Figures

LONG = "order-management-of-the-north-west-and-all-the-islands"


def printed(found: Figures) -> list[str]:
    """Return the lines as 80 columns show them, signs for print as plain ones."""
    shown = StringIO()
    print_figures(found, Console(file=shown, width=80, highlight=False))
    plain = shown.getvalue().translate({0xA0: " ", 0x202F: " ", 0x2013: "-"})
    return [line.rstrip() for line in plain.splitlines()]


def test_an_outage_says_when_what_how_long_and_why() -> None:
    outage = samples.outage(
        samples.at(21, "23:58:0"),
        11 * 60,
        LONG,
        "api",
        clipped_s=Decimal(120),
        crisis=True,
        cause=f"{LONG}-health: connect_refused",
    )
    lines = printed(replace(samples.busy(), outages=(outage,)))

    at = lines.index("Outages, times of Europe/Paris")
    assert [
        f"21 May 2026 23:58:00 - 22 May 2026 00:09:00  {LONG}, api",
        "  11 min 0 s elapsed, 2 min 0 s in period, 0 s working",
        "  at least 10 min 0 s, at most 12 min 0 s",
        f"  {LONG}-health: connect_refused (crisis-sized)",
        "",
    ] == lines[at + 1 : at + 6]


def test_an_outage_may_go_on_and_have_no_known_cause() -> None:
    outage = samples.outage(samples.at(31, "23:58:0"), 120, open=True, cause=None)
    lines = printed(replace(samples.busy(), outages=(outage,), maintenance=()))

    assert [
        "31 May 2026 23:58:00, still down  api",
        "  2 min 0 s elapsed, 0 s working",
        "  at least 1 min 0 s, at most 3 min 0 s",
    ] == lines[-3:]


def test_a_window_says_its_key_and_why_it_excuses_nothing() -> None:
    why = "announced 0 whole working days ahead, 2 asked"
    window = samples.window(
        samples.at(27, "12:0:0"), 1, key="m-20260527-1", services=("api", LONG), why=why
    )
    windows = (window, replace(window, valid=False))
    lines = printed(replace(samples.busy(), maintenance=windows))

    said = [
        f"m-20260527-1  planned  api, {LONG}",
        "  27 May 2026 12:00:00 - 13:00:00, 20 min 0 s down",
    ]
    assert [*said, "  valid", *said, f"  not valid: {why}"] == lines[-6:]


def test_a_window_says_what_it_breaks_and_how_much_it_excuses() -> None:
    remark = "21600 s of its quarter allowed, used up at 2026-05-27T10:08:00Z, 22320 s used"
    window = samples.window(samples.at(27, "12:0:0"), 1, excused_s=Decimal(480), remark=remark)
    lines = printed(replace(samples.busy(), maintenance=(window,)))

    assert [
        "  27 May 2026 12:00:00 - 13:00:00, 20 min 0 s down, 8 min 0 s excused",
        f"  valid ({remark})",
    ] == lines[-2:]


def test_a_service_has_a_line_for_its_name_and_one_for_its_figures() -> None:
    lines = printed(
        replace(
            samples.busy(),
            services=(
                samples.service("api", "API", seconds=samples.seconds(unplanned=1_234_567)),
                samples.service(LONG, "Orders", essential=False, percent=None, low=None),
            ),
        )
    )

    at = lines.index("Services, worst first; * not essential")
    assert [
        "  % cut  Low  High    Unplanned  Planned  Unknown",
        "api  met",
        "    100  100   100  1,234,567 s      0 s      0 s",
        f"{LONG} *  met",
        "    n/a  n/a   100          0 s      0 s      0 s",
    ] == lines[at + 1 : at + 6]


@pytest.mark.parametrize("case", samples.CASES)
def test_no_sign_of_a_cut(case: str) -> None:
    assert not [line for line in printed(samples.CASES[case]()) if "…" in line]


@pytest.mark.parametrize(("percent", "why"), [(None, "no data"), ("99.9", "no target")])
def test_a_verdict_that_does_not_apply_says_why_as_the_summary_does(
    percent: str | None, why: str
) -> None:
    found = samples.empty()
    of = replace(found.availability, target=None, percent=percent)
    [line] = [one for one in printed(replace(found, availability=of)) if one.startswith("Verdict ")]

    assert line.endswith(f"not applicable ({why})")
