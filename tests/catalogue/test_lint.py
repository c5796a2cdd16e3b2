"""What a contract leaves open, each in one line: where, what, which default, what to write."""

import pytest
from tests.catalogue.linting import ACME, GOLD, OFFICE, SHOP, Good, found

OPEN = [
    (
        GOLD,
        ", hours: always",
        "",
        (
            "reports/contracts/acme.yaml:3:1: availability.hours: the hours in which the"
            " target counts"
            " are not said; default: around the clock"
            " (write availability: {hours: always}, or a calendar)"
        ),
    ),
    (
        GOLD,
        ", unknown: down",
        "",
        (
            "reports/contracts/acme.yaml:3:1: availability.unknown: what counts while nothing is"
            " measured is not said; default: neither up nor down"
            " (write availability: {unknown: neither}, or up, or down)"
        ),
    ),
    (
        ACME,
        "from: 2026-01-01",
        "from: 2026-01-02",
        (
            "reports/contracts/acme.yaml:5:1: from: the contract begins inside a month, which"
            " is what"
            " it is judged by; default: the contracted days of that month only"
            " (write the first day of a month, or agree on it)"
        ),
    ),
    (
        GOLD,
        "crisis: {longer_than: 10m, customers: 1}",
        "not_liable: []",
        (
            "reports/contracts/acme.yaml:3:1: crisis: when an outage is a crisis is not said;"
            " default: no crisis is ever declared"
            " (write crisis: {longer_than: 10m, customers: 2}, or crisis: null)"
        ),
    ),
    (GOLD, "crisis: {longer_than: 10m, customers: 1}", "crisis: null", None),
    (
        GOLD,
        "customers: 1",
        "customers: 2",
        (
            "reports/plans/gold.yaml:5:28: crisis.customers: a crisis hits at least 2"
            " customers, and no"
            " service of this contract is contracted by more than 1; default: the crisis never"
            " fires"
            " (write crisis: {customers: 1}, or the contracts of the others)"
        ),
    ),
    (
        ACME,
        ", recipients: [sla@acme.example]",
        "",
        (
            "reports/contracts/acme.yaml:2:1: customer.recipients: nobody receives the report,"
            " nor messages in a crisis; default: the report is written, and nothing is sent"
            " (write customer: {recipients: [sla@acme.example]})"
        ),
    ),
    (
        SHOP,
        "[paris, london]",
        "[paris]",
        (
            "reports/contracts/acme.yaml:6:1: services.essential: api is probed from one"
            " location only,"
            " paris; default: what is seen from there is what counts"
            " (write locations: [paris, london] in probes/)"
        ),
    ),
    (
        SHOP,
        "'https://shop.example/'",
        "'https://shop.example/', every: 5m",
        (
            "reports/contracts/acme.yaml:6:1: services.essential: api-health is probed every"
            " 5m, too"
            " seldom for the target: a shorter outage can go unseen; default: what no probe"
            " saw counts"
            " as up (write every: 60s at api-health in probes/)"
        ),
    ),
    (
        GOLD,
        "longer_than: 10m",
        "longer_than: 60s",
        (
            "reports/plans/gold.yaml:5:10: crisis.longer_than: api-health is probed every 1m, which"
            " cannot show an outage of 1m; default: an outage is known from the first slot"
            " that fails"
            " (write every: 60s at api-health in probes/)"
        ),
    ),
    (
        GOLD,
        "crisis: {",
        "support: {reaction: {guaranteed: true, value: not_in_document}}\ncrisis: {",
        (
            'reports/plans/gold.yaml:5:40: support.reaction.value: "not_in_document" is no'
            " value that"
            " could be measured; default: shown as written, without a verdict"
            " (write terms: {support: {reaction: {value: …}}} with a value)"
        ),
    ),
    (
        GOLD,
        "crisis: {",
        "support: {calendar_by_region: {europe: office}}\ncrisis: {",
        (
            "reports/plans/gold.yaml:5:32: support.calendar_by_region: which region's hours"
            " hold for"
            " this customer is not said; default: none, so that no reply time can be judged"
            " (write terms: {support: {calendar: office}})"
        ),
    ),
    (
        OFFICE,
        "holidays: null\n",
        "",
        (
            "reports/calendars/office.yaml:1:1: office.holidays: whether public holidays are"
            " working"
            " days is not said; default: they are (write holidays: {country: FR}, or holidays:"
            " null)"
        ),
    ),
    (
        OFFICE,
        "timezone: Europe/Paris",
        "timezone: UTC+1",
        (
            "reports/calendars/office.yaml:1:1: office.timezone: a fixed offset, Etc/GMT-1,"
            " stays as it"
            " is when the clocks of Europe/Paris change; default: the offset, all year"
            " (write timezone: Europe/Paris if the text means local time)"
        ),
    ),
    (
        OFFICE,
        "timezone: Europe/Paris",
        "timezone: Europe/Paris\ntimezone_text: UTC+1",
        (
            'reports/calendars/office.yaml:1:1: office.timezone: the text says "UTC+1", which taken'
            " literally never changes to summer time; default: local time, Europe/Paris"
            " (write timezone: UTC+1 to take it literally, or accept AMB-3)"
        ),
    ),
    (
        OFFICE,
        "timezone: Europe/Paris",
        "timezone: Australia/Melbourne\ntimezone_text: AEST",
        (
            'reports/calendars/office.yaml:1:1: office.timezone: the text says "AEST", which taken'
            " literally never changes to summer time; default: local time, Australia/Melbourne"
            " (write timezone: UTC+10 to take it literally, or accept AMB-3)"
        ),
    ),
    (
        OFFICE,
        "timezone: Europe/Paris",
        "timezone: Europe/London\ntimezone_text: UTC+0",
        (
            'reports/calendars/office.yaml:1:1: office.timezone: the text says "UTC+0", which taken'
            " literally never changes to summer time; default: local time, Europe/London"
            " (write timezone: UTC+0 to take it literally, or accept AMB-3)"
        ),
    ),
    (
        OFFICE,
        "timezone: Europe/Paris",
        "timezone: Asia/Kolkata\ntimezone_text: UTC+5:30",
        (
            'reports/calendars/office.yaml:1:1: office.timezone: the text says "UTC+5:30", which'
            " taken literally never changes to summer time; default: local time, Asia/Kolkata"
            " (write timezone: with a zone that has this offset all year, such as Asia/Kolkata,"
            " to take it literally, or accept AMB-3)"
        ),
    ),
    (
        OFFICE,
        "timezone: Europe/Paris",
        "timezone: Europe/Paris\ntimezone_text: CET/CEST",
        None,
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), OPEN)
def test_one_thing_left_open_is_one_line(  # a row of the table
    good: Good, file: str, old: str, new: str, said: str | None
) -> None:
    assert ([said] if said else []) == found(good, (file, old, new))


def test_plan_without_a_target_has_no_verdict(good: Good) -> None:
    said = found(
        good,
        (ACME, "plan: gold", "plan: leifos-user"),
        (ACME, "{AMB-7: agreed by mail}", "{AMB-11: nationwide}"),
    )
    where = "reports/contracts/acme.yaml:3:1"

    assert [
        (
            f"{where}: availability.target: no availability is promised; default: figures without a"
            ' verdict (write availability: {target: "99.9", basis: month})'
        ),
        (
            f"{where}: crisis: when an outage is a crisis is not said; default: no crisis is ever"
            " declared (write crisis: {longer_than: 10m, customers: 2}, or crisis: null)"
        ),
    ] == said


def test_interruption_leaves_its_hours_and_the_budget_open(good: Good) -> None:

    assert [
        "reports/contracts/acme.yaml:3:1: interruption.calendar",
        "reports/contracts/acme.yaml:3:1: interruption.join_within",
        "reports/plans/gold.yaml:5:16: interruption.max",
    ] == [
        line.partition(": ")[0] + ": " + line.split(": ")[1]
        for line in found(good, (GOLD, "crisis: {", "interruption: {max: 2h}\ncrisis: {"))
    ]


def test_limit_in_working_hours_passes_any_night(good: Good) -> None:
    limit = "interruption: {max: 2h, calendar: office, join_within: 0s}"

    assert [
        (
            "reports/plans/gold.yaml:5:16: interruption.max: one interruption of 2h is"
            " allowed, and"
            " the whole budget of a month is at most 44m 42s; default: both promises are judged,"
            " each on"
            " its own (write which one wins into the contract's text, or a shorter max)"
        ),
        (
            "reports/plans/gold.yaml:5:25: interruption.calendar: an interruption outside"
            " these hours"
            " has no working time, however long it lasts; default: judged by its working time,"
            " printed"
            " beside its elapsed time (write interruption: {calendar: always} to judge elapsed"
            " time, or accept AMB-2)"
        ),
    ] == found(good, (GOLD, "crisis: {", f"{limit}\ncrisis: {{"))


def test_maintenance_without_rules_is_named(good: Good) -> None:

    assert [
        (
            "reports/contracts/acme.yaml:3:1: maintenance.cap: how much maintenance there may"
            " be is not"
            " said; default: any amount"
            " (write maintenance: {cap: {time: 6h, per: quarter}}, or cap: null)"
        ),
        (
            "reports/contracts/acme.yaml:3:1: maintenance.notice: how long ahead maintenance is"
            " announced is not said; default: every recorded window is valid, however late"
            " (write maintenance: {notice: {working_days: 2, calendar: …}}, or notice: null)"
        ),
    ] == found(
        good,
        (GOLD, "maintenance: up", "maintenance: downtime"),
        (GOLD, "maintenance: {notice: {working_days: 3, calendar: office}}", "not_liable: []"),
        (GOLD, ', maintenance.notice: "§ 5"', ""),
        (ACME, "accepted: {AMB-7: agreed by mail}", "accepted: {}"),
    )


def test_rule_without_a_consequence_is_named(good: Good) -> None:
    rules = "outside: office, cap: {time: 6h, per: quarter}"
    consequence = "default: it is flagged, and excused all the same"
    write = "(write maintenance: {enforce: []}, or what it enforces, or accept AMB-6)"

    assert [
        (
            "reports/plans/gold.yaml:4:60: maintenance.outside: what maintenance at other hours"
            f" leads to is not said; {consequence} {write}"
        ),
        (
            "reports/plans/gold.yaml:4:83: maintenance.cap: what more maintenance than this"
            f" leads to is not said; {consequence} {write}"
        ),
    ] == found(
        good,
        (GOLD, "maintenance: up", "maintenance: downtime"),
        (GOLD, "calendar: office}}", f"calendar: office}}, {rules}}}"),
    )


def test_rule_with_a_consequence_is_settled(good: Good) -> None:
    rules = "outside: office, cap: {time: 6h, per: quarter}, enforce: [cap]"

    assert [] == found(
        good,
        (GOLD, "maintenance: up", "maintenance: downtime"),
        (GOLD, "calendar: office}}", f"calendar: office}}, {rules}}}"),
    )


def test_estimated_holidays_are_named(good: Good) -> None:
    (said,) = found(good, (OFFICE, "holidays: null", "holidays: {country: KW}"))

    assert "office.holidays: dates such as " in said
    assert "(estimated)" in said


def test_causes_without_liability_may_still_count(good: Good) -> None:
    expected = (
        "reports/plans/gold.yaml:5:1: not_liable: whether downtime of these causes leaves the"
        " availability is not said; default: it counts, unless an approved correction excludes it"
        " (write the consequence into the contract's text)"
    )

    assert [expected] == found(good, (GOLD, "crisis: {", "not_liable: [misuse]\ncrisis: {"))


def test_maintenance_as_uptime_excuses_and_needs_no_rules(good: Good) -> None:
    assert [] == found(good)
