"""The calendar and the charts of time as they are drawn."""

import re
from dataclasses import replace
from decimal import Decimal

from tests.reporting import facesamples, samples
from tests.reporting.test_html import page, text

STRIPES = 'stroke="#7a8691" stroke-width="{}" stroke-dasharray="0.8 3.2"'
OVER = 'stroke="#9b2318" stroke-width="{}" stroke-dasharray="1.8 2.2"'


def test_what_is_unknown_is_striped_alike_in_charts_and_legend() -> None:
    html = page(samples.empty())

    columns = html.count(STRIPES.format("19.226"))  # 596 / 31

    assert (31, 1, 1) == (
        columns,
        html.count(STRIPES.format("596.0")),
        html.count(STRIPES.format("12")),
    )
    assert 33 == html.count("#7a8691")  # no outline beside them


def test_days_that_do_not_count_are_struck_and_in_the_legend() -> None:
    html = page(facesamples.late())
    outside = "s dates or the agreed service hours"

    assert 14 + 1 == html.count('fill="none" stroke="#d9dee2"')  # 1 to 14, and the legend
    assert f"{outside}</text>" in html
    assert "still to come" not in html


def test_days_to_come_are_in_the_legend() -> None:
    shown = text(page(samples.running()))

    assert "no data still to come" in shown


def test_the_first_page_says_how_much_of_the_period_does_not_count() -> None:
    late = facesamples.late()
    half = replace(late.availability.seconds, outside=Decimal(14 * 86400))

    shown = text(page(replace(late, availability=replace(late.availability, seconds=half))))

    assert "2,678,400 s, of which 1,209,600 s lie outside the contract" in shown


def test_no_caption_has_a_space_before_its_last_part() -> None:
    """WeasyPrint would print the first word of some of them on a line of its own."""
    html = page(samples.busy(), "es")

    assert 2 == len(re.findall(r'[.;]<span class="soft"> [^<]*</span></figcaption>', html))
    assert [] == re.findall(r"\s<span[^>]*>[^<]*</span></figcaption>", html)


def test_what_is_over_a_budget_is_striped_alike_and_in_both_legends() -> None:
    """Beside a dark colour of the house, solid red would be one block with it in grey."""
    html = page(samples.busy())  # over by 540 - 535.44 = 4.56 s

    both = (html.count(OVER.format(12)), html.count(OVER.format(8)))
    assert (2, 2) == both  # the bars of the first page and of the month; a legend of each
    assert 'fill="#9b2318"/>' not in html
    assert "4.56\u00a0s\u00a0over</text>" in html
    assert "over the budget</text>" in html


def test_within_its_budget_a_first_page_has_no_word_of_more() -> None:
    first = page(samples.quiet()).partition('<section class="whole">')[0]

    assert '#9b2318" stroke-width' not in first
    assert "over</text>" not in first


def test_the_chart_of_latency_says_that_its_scale_is_logarithmic() -> None:
    assert "Logarithmic scale. Good answers only" in text(page(samples.busy()))


def test_a_timeout_far_above_stands_over_its_chart_with_an_arrow() -> None:
    busy = samples.busy()
    far = replace(busy, contents=replace(busy.contents, ceiling_s=Decimal(60)))

    chart = page(far).partition("Time to answer by day")[2].partition("</svg>")[0]

    assert ">timeout 1\u00a0min</text>" in chart
    assert '<path d="M 4 -1 v -8' in chart
    assert 'stroke-dasharray="6 3"' not in chart


def test_of_equally_slow_days_none_is_named() -> None:
    busy = samples.busy()
    first = busy.contents.latencies[0]
    days = tuple(replace(first, day=one.day) for one in busy.contents.latencies)

    shown = text(page(replace(busy, contents=replace(busy.contents, latencies=days))))

    # 31 days, of which the 15th was not measured.
    assert "Slowest on 30 days alike (UTC): half of the good answers came within" in shown
    assert "Slowest on 1 May" not in shown


def test_no_line_of_a_calendar_lies_on_its_edge() -> None:
    """Screens would cut it: seven days of 88 with 3 between them, or of 26 with 2, and a hair."""
    month, quarter = page(samples.empty()), page(facesamples.quarter())

    assert f'viewBox="0 0 {7 * 88 + 6 * 3 + 1} ' in month
    assert 3 == quarter.count(f'viewBox="0 0 {7 * 26 + 6 * 2 + 1} ')


def test_no_data_stands_inside_its_day() -> None:
    [first, *_] = re.findall(r'<text x="\S+" y="(\S+)"[^>]*>&#160;no data', page(samples.empty()))

    # The first row of days begins at 16 and is 22 high; letters of 9 stand on this line.
    assert 16 + 9 < float(first) < 16 + 22 - 3


def test_the_mark_of_an_essential_service_stays_with_its_name() -> None:
    busy = samples.busy()
    name = "Order management and settlement service for Central Europe (legacy)"
    long = tuple(replace(one, name=name) for one in busy.services)

    short, wide = page(busy), page(replace(busy, services=long))

    assert 'Public API&#160;<span class="soft">E</span>' in short
    assert '<col style="width: 17%"><col style="width: 13%">' in short
    assert '<col style="width: 22%"><col style="width: 12%">' in wide


def test_no_line_of_the_scale_strikes_the_name_of_a_budget_out() -> None:
    quiet = samples.quiet()
    # Of 170 units, 3500 * 1.12 s high: the budget's name stands at 14, the line of 3600 s too.
    hour = replace(quiet, availability=samples.solution(budget_s=Decimal(3500), verdict="met"))

    chart = page(hour).partition("<h2>Error budget</h2>")[2].partition("</svg>")[0]

    lines = re.findall(r'<line x1="(\S+)" y1="\S+" x2="\S+" y2="\S+" stroke="#dde2e6"', chart)
    assert ["0", "0", "0", "120"] == lines  # of 900, 1800, 2700 and 3600 s
