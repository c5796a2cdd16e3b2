"""What was promised and what it comes to, written wrongly."""

from tests.sql.mutant import Mutant

PROMISED = (
    Mutant(
        name="closed_days_are_open",
        file="20_calendar.sql",
        right="coalesce(w.spans, '{}') - coalesce(s.days, '{}')",
        wrong="coalesce(w.spans, '{}')",
    ),
    Mutant(
        name="nights_outlast_their_closed_day",
        file="20_calendar.sql",
        right="h.closes - h.opens > interval '24 hours'",
        wrong="true",
    ),
    Mutant(
        name="spans_of_days_end_with_a_closed_day",
        file="20_calendar.sql",
        right="h.closes - h.opens > interval '24 hours'",
        wrong="false",
    ),
    Mutant(
        name="special_nights_reach_into_closed_days",
        file="20_calendar.sql",
        right="coalesce(s.spans, '{}') - coalesce(s.closed, '{}')",
        wrong="coalesce(s.spans, '{}')",
    ),
    Mutant(
        name="replaced_days_count",
        file="20_calendar.sql",
        right="s.day between c.first_day and c.last_day\n"
        "        where s.calendar_id = hours_within.calendar_id and s.replaced_at is null",
        wrong="s.day between c.first_day and c.last_day\n"
        "        where s.calendar_id = hours_within.calendar_id",
    ),
    Mutant(
        name="unknown_years_have_no_holidays",
        file="20_calendar.sql",
        right="    if unknown_year is not null then",
        wrong="    if false then",
    ),
    Mutant(
        name="unknown_days_are_working_days",
        file="20_calendar.sql",
        right="extract(year from d.day) in (",
        wrong="true or extract(year from d.day) in (",
    ),
    Mutant(
        name="a_working_day_is_one_on_which_hours_begin",
        file="20_calendar.sql",
        right="        c.hours && fact.local_span(c.timezone, d.day, d.day + interval '1 day')\n",
        wrong="        exists (\n"
        "            select 1 from unnest(c.hours) as h\n"
        "            where (lower(h) at time zone c.timezone)::date = d.day::date\n"
        "        )\n",
    ),
    Mutant(
        name="working_days_are_utc",
        file="20_calendar.sql",
        right="        c.hours && fact.local_span(c.timezone, d.day,",
        wrong="        c.hours && fact.local_span('UTC', d.day,",
    ),
    Mutant(
        name="hours_that_end_at_midnight_make_the_next_date_a_working_day",
        file="20_calendar.sql",
        right="        c.hours && fact.local_span(c.timezone, d.day, d.day + interval '1 day')\n",
        wrong="        c.hours && tstzrange(\n"
        "            d.day at time zone c.timezone - interval '1 microsecond',\n"
        "            (d.day + interval '1 day') at time zone c.timezone\n"
        "        )\n",
    ),
    Mutant(
        name="the_last_working_day_of_a_span_is_not_asked",
        file="20_calendar.sql",
        right="(last_day + 1)::timestamp)",
        wrong="last_day::timestamp)",
    ),
    Mutant(
        name="hours_are_utc",
        file="20_calendar.sql",
        right="opens at time zone timezone,",
        wrong="opens at time zone 'UTC',",
    ),
    Mutant(
        name="the_day_of_the_announcement_counts",
        file="20_calendar.sql",
        right="(earlier at time zone c.timezone)::date + 1,",
        wrong="(earlier at time zone c.timezone)::date,",
    ),
    Mutant(
        name="months_are_utc",
        file="40_contract.sql",
        right="select least(day::timestamp at time zone z.timezone, upper(z.span))",
        wrong="select least(day::timestamp at time zone 'UTC', upper(z.span))",
    ),
    Mutant(
        name="a_period_ends_in_the_zone_in_which_it_begins",
        file="40_contract.sql",
        right="fact.day_begins(contract, lower(d.days)), fact.day_begins(contract, upper(d.days))",
        wrong="fact.day_begins(contract, lower(d.days)), upper(d.days)::timestamp"
        " at time zone fact.timezone(contract, lower(d.days))",
    ),
    Mutant(
        name="a_date_of_the_old_zone_begins_before_that_of_the_new_one",
        file="40_contract.sql",
        right="            upper(z.days) - 1\n",
        wrong="            null\n",
    ),
    Mutant(
        name="a_day_outlasts_the_move_over_the_date_line",
        file="40_contract.sql",
        right="select least(day::timestamp at time zone z.timezone, upper(z.span))",
        wrong="select day::timestamp at time zone z.timezone",
    ),
    Mutant(
        name="withdrawn_windows_hold",
        file="50_maintenance.sql",
        right="when a.withdrawn then 'withdrawn'",
        wrong="when false then 'withdrawn'",
    ),
    Mutant(
        name="a_blank_proves_the_announcement",
        file="15_words.sql",
        right="coalesce(fact.spelt(words), '') <> ''",
        wrong="words is not null",
    ),
    Mutant(
        name="a_recipient_proves_nothing",
        file="50_maintenance.sql",
        right="                and not fact.says_something(a.recipient)\n",
        wrong="",
    ),
    Mutant(
        name="evidence_proves_nothing",
        file="50_maintenance.sql",
        right="                and not fact.says_something(a.evidence)\n",
        wrong="",
    ),
    Mutant(
        name="one_day_of_notice_less_will_do",
        file="50_maintenance.sql",
        right="and a.given < a.asked\n",
        wrong="and a.given < a.asked - 1\n",
    ),
    Mutant(
        name="a_window_lasts_to_its_announced_end_though_closed",
        file="50_maintenance.sql",
        right="greatest(m.starts, least(m.ends, (",
        wrong="greatest(m.ends, least(m.ends, (",
    ),
    Mutant(
        name="wished_hours_are_enforced",
        file="50_maintenance.sql",
        right="'outside' = any(a.enforced)\n                and ",
        wrong="",
    ),
    Mutant(
        name="nights_are_utc",
        file="50_maintenance.sql",
        right="coalesce(c.timezone, v.timezone), v.night_opens",
        wrong="'UTC', v.night_opens",
    ),
    Mutant(
        name="last_night_is_over_at_midnight",
        file="50_maintenance.sql",
        right="- interval '1 day',\n        upper(span)",
        wrong=",\n        upper(span)",
    ),
    Mutant(
        name="security_uses_the_cap",
        file="62_maintenance_cap.sql",
        right="v.version_id, cs.service_id, v.valid * period, 'planned', reading",
        wrong="v.version_id, cs.service_id, v.valid * period, null, reading",
    ),
    Mutant(
        name="exactly_the_cap_is_too_much",
        file="62_maintenance_cap.sql",
        right="where s.through_s > cap_s",
        wrong="where s.through_s >= cap_s",
    ),
    Mutant(
        name="a_used_up_cap_stays_so_for_good",
        file="62_maintenance_cap.sql",
        right="tstzrange(e.used_up, upper(e.span))",
        wrong="tstzrange(e.used_up, null)",
    ),
    Mutant(
        name="a_used_up_cap_ends_security_measures",
        file="70_timeline.sql",
        right="- case when a.kind = 'security' then '{}' else p.beyond end as spans",
        wrong="- p.beyond as spans",
    ),
    Mutant(
        name="authors_approve_their_own_corrections",
        file="55_correction.sql",
        right="and fact.is_another_person(e.recorded_by, c.recorded_by)",
        wrong="",
    ),
    Mutant(
        name="up_wins_over_down",
        file="55_correction.sql",
        right="select j.excluded, j.up - j.unknown - j.down, j.down, j.unknown - j.down",
        wrong="select j.excluded, j.up, j.down - j.up, j.unknown - j.up",
    ),
    Mutant(
        name="one_services_window_excuses_all",
        file="70_timeline.sql",
        right="        j.unplanned,\n        j.planned - j.unplanned,",
        wrong="        j.unplanned - j.planned,\n        j.planned,",
    ),
    Mutant(
        name="other_services_are_essential",
        file="70_timeline.sql",
        right="then cs.essential else",
        wrong="then true else",
    ),
    Mutant(
        name="exclusions_come_after_planned",
        file="70_timeline.sql",
        right="            - e.excluded - t.excluded as planned",
        wrong="            as planned",
    ),
    Mutant(
        name="what_has_no_endpoint_left_is_unknown",
        file="70_timeline.sql",
        right="e.excluded + t.excluded as out_of_figure",
        wrong="e.excluded as out_of_figure",
    ),
    Mutant(
        name="what_is_said_of_a_service_goes_with_its_endpoints",
        file="60_service.sql",
        right="m.left_out - c.up - c.down - c.unknown as excluded",
        wrong="m.left_out as excluded",
    ),
    Mutant(
        name="what_is_left_out_is_due",
        file="60_service.sql",
        right="sla.seconds(within - s.counted - s.excluded)",
        wrong="sla.seconds(within - s.counted)",
    ),
    Mutant(
        name="what_nobody_sees_makes_another_person",
        file="15_words.sql",
        right="normalize(name, nfkc)",
        wrong="name",
    ),
    Mutant(
        name="elapsed_time_has_no_working_days",
        file="50_maintenance.sql",
        right="coalesce(fact.read_as(v.notice_calendar, reading), v.notice_calendar)",
        wrong="fact.read_as(v.notice_calendar, reading)",
    ),
    Mutant(
        name="overlaps_count_twice",
        file="10_time.sql",
        right="from unnest(spans) as part;",
        wrong="from (select unnest(spans) as part union all select unnest(spans)) as twice;",
    ),
    Mutant(
        name="percentages_are_rounded",
        file="10_time.sql",
        right="to_char(div(part * 1000000, whole) / 10000, 'FM990.0000')",
        wrong="to_char(round(part * 100 / whole, 4), 'FM990.0000')",
    ),
    Mutant(
        name="exactly_the_target_is_missed",
        file="80_availability.sql",
        right="when p.down_s > p.allowed_s then 'missed'",
        wrong="when p.down_s >= p.allowed_s and p.down_s > 0 then 'missed'",
    ),
    Mutant(
        name="nothing_is_unprovable",
        file="80_availability.sql",
        right="when p.worst_down_s > p.worst_allowed_s then 'not_provable'",
        wrong="when false then 'not_provable'",
    ),
    Mutant(
        name="a_running_month_has_the_budget_of_its_days_so_far",
        file="80_availability.sql",
        right="(m.counted_up_s + m.counted_down_s + m.future_s)) as budget_s",
        wrong="(m.counted_up_s + m.counted_down_s)) as budget_s",
    ),
    Mutant(
        name="unknown_in_a_window_spoils_the_proof",
        file="70_timeline.sql",
        right="        m.unknown - m.windows - m.out_of_figure,",
        wrong="        m.unknown - m.out_of_figure,",
    ),
    Mutant(
        name="outages_are_clipped",
        file="90_outage.sql",
        right="        sla.seconds(l.span),\n        sla.seconds(l.span * period),",
        wrong="        sla.seconds(l.span * period),\n        sla.seconds(l.span * period),",
    ),
    Mutant(
        name="planned_time_does_not_split",
        file="90_outage.sql",
        right="                or planned &&",
        wrong="                or false and planned &&",
    ),
    Mutant(
        name="ten_minutes_are_a_crisis",
        file="90_outage.sql",
        right="sla.seconds(l.span) > extract(epoch from t.crisis_longer_than)",
        wrong="sla.seconds(l.span) >= extract(epoch from t.crisis_longer_than)",
    ),
    Mutant(
        name="contracts_are_customers",
        file="90_outage.sql",
        right="count(distinct c.customer_id)",
        wrong="count(distinct c.contract_id)",
    ),
    Mutant(
        name="time_without_a_target_is_promised",
        file="80_availability.sql",
        right="        from piece as m\n        where m.target is not null",
        wrong="        from piece as m",
    ),
    Mutant(
        name="the_latest_target_holds_for_the_whole_period",
        file="80_availability.sql",
        right="sum((1 - m.target) * (m.counted_up_s + m.counted_down_s)) as allowed_s",
        wrong="(1 - min(m.target)) * sum(m.counted_up_s + m.counted_down_s) as allowed_s",
    ),
    Mutant(
        name="what_was_unknown_before_a_good_result_may_be_the_outage",
        file="90_outage.sql",
        right="where upper(p.span) <= lower(l.span)",
        wrong="where false",
    ),
    Mutant(
        name="bounds_run_into_the_next_outage",
        file="90_outage.sql",
        right="                lower(l.room)\n",
        wrong="                null\n",
    ),
    Mutant(
        name="a_boundary_hides_doubt",
        file="91_longest_interruption.sql",
        right="fact.outage_class(contract, scope, fact.checked(period), reading) as c",
        wrong="fact.service_class(contract, scope, fact.checked(period), reading) as c",
    ),
    Mutant(
        name="doubtful_time_is_not_joined",
        file="91_longest_interruption.sql",
        right="fact.joined(c.worst, c.planned - c.worst, t.join_within) as p",
        wrong="fact.joined(c.worst, c.planned - c.worst, interval '0') as p",
    ),
    Mutant(
        name="the_longest_outage_is_the_one_with_most_working_time",
        file="91_longest_interruption.sql",
        right="(select max(l.elapsed_s) from listed as l)",
        wrong="(select l.elapsed_s from longest as l)",
    ),
    Mutant(
        name="unknown_time_burns_no_budget",
        file="84_budget.sql",
        right="case when v.unknown = 'down' then c.unknown * c.exposed",
        wrong="case when false then c.unknown * c.exposed",
    ),
    Mutant(
        name="time_without_a_target_burns_budget",
        file="84_budget.sql",
        right="where p.is_promised = p.is_any_promised",
        wrong="where true",
    ),
)
