"""Small wrongs in the SQL that somebody could write; the suite must notice each one."""

from dataclasses import dataclass

from vigie import paths


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One place of one file of functions, written wrongly."""

    name: str
    file: str
    right: str
    wrong: str

    def text(self) -> str:
        """Return the file with the wrong in it; raises AssertionError when the place is gone."""
        text = (paths.SQL / "functions" / self.file).read_text(encoding="utf-8")
        assert text.count(self.right) >= 1, f"{self.name}: {self.file} has no {self.right!r}"
        return text.replace(self.right, self.wrong)


MUTANTS = (
    Mutant(
        name="a_result_holds_for_two_intervals",
        file="30_cover.sql",
        right="when r.next_at <= r.last_at + 1.5 * r.every then",
        wrong="when r.next_at <= r.last_at + 2.5 * r.every then",
    ),
    Mutant(
        name="the_last_result_covers_nothing",
        file="30_cover.sql",
        right="else r.last_at + r.every\n",
        wrong="else r.last_at\n",
    ),
    Mutant(
        name="half_of_the_locations_is_a_majority",
        file="30_cover.sql",
        right="else 2 * votes > covering",
        wrong="else 2 * votes >= covering",
    ),
    Mutant(
        name="unknown_results_cover_as_up",
        file="30_cover.sql",
        right="filter (where c.outcome = 'up'), '{}') as up",
        wrong="filter (where c.outcome <> 'down'), '{}') as up",
    ),
    Mutant(
        name="possible_downtime_begins_at_the_first_failure",
        file="30_cover.sql",
        right="then tstzrange(r.last_at, r.next_known_at)",
        wrong="then null",
    ),
    Mutant(
        name="certain_downtime_lasts_to_the_recovery",
        file="30_cover.sql",
        right="""                    and r.next_known = 'down'
                    and r.next_known_at <= r.last_at + 1.5 * r.every
""",
        wrong="""                    and r.next_known_at <= r.last_at + 1.5 * r.every
""",
    ),
    Mutant(
        name="nothing_reaches_over_midnight",
        file="30_cover.sql",
        right="starts - fact.reach(), ends",
        wrong="starts, ends",
    ),
    Mutant(
        name="a_missing_slot_is_calm",
        file="29_calm.sql",
        right="and s.results * t.every = t.until",
        wrong="and s.results * t.every <= t.until",
    ),
    Mutant(
        name="a_failed_slot_is_calm",
        file="29_calm.sql",
        right="bool_and(r.outcome = 'up' and r.at",
        wrong="bool_and(r.at",
    ),
    Mutant(
        name="a_slot_beside_the_grid_is_calm",
        file="29_calm.sql",
        right="bool_and(r.outcome = 'up' and r.at = date_bin(t.every, r.at, t.from_at))",
        wrong="bool_and(r.outcome = 'up')",
    ),
    Mutant(
        name="a_failure_before_midnight_is_calm",
        file="29_calm.sql",
        right="coalesce(t.before, 'up') = 'up'",
        wrong="true",
    ),
    Mutant(
        name="a_failure_after_midnight_is_calm",
        file="29_calm.sql",
        right="coalesce(t.after, 'up') = 'up'",
        wrong="true",
    ),
    Mutant(
        name="a_changed_interval_is_calm",
        file="29_calm.sql",
        right="t.valid @> tstzrange(t.from_at, t.to_at, '[]')",
        wrong="true",
    ),
    Mutant(
        name="an_endpoint_is_calm_when_one_location_is",
        file="31_rollup.sql",
        right="bool_and(t.is_calm) as is_calm",
        wrong="bool_or(t.is_calm) as is_calm",
    ),
    Mutant(
        name="a_run_goes_on_over_a_hole",
        file="28_run.sql",
        right=" or s.at > s.before_at + h.patience",
        wrong="",
    ),
    Mutant(
        name="an_hour_with_a_failure_is_passed_over",
        file="28_run.sql",
        right="where r.outcome = 'up' and r.at = date_bin(p.every, r.at, p.first_at)",
        wrong="where r.at = date_bin(p.every, r.at, p.first_at)",
    ),
    Mutant(
        name="an_hour_with_a_hole_is_passed_over",
        file="28_run.sql",
        right="where s.results_good < 60 or s.results > 60",
        wrong="where s.results_good < 58 or s.results > 60",
    ),
    Mutant(
        name="an_hour_with_an_extra_failure_is_passed_over",
        file="28_run.sql",
        right="where s.results_good < 60 or s.results > 60",
        wrong="where s.results_good < 60",
    ),
    Mutant(
        name="what_follows_a_restless_hour_is_not_compared",
        file="28_run.sql",
        right="c.at + 61 * p.every",
        wrong="c.at + 60 * p.every",
    ),
    Mutant(
        name="what_precedes_a_restless_hour_is_not_compared",
        file="28_run.sql",
        right="tstzrange(c.at - p.every, c.at",
        wrong="tstzrange(c.at, c.at",
    ),
    Mutant(
        name="the_last_run_ends_where_it_begins",
        file="28_run.sql",
        right="select max(r.at)",
        wrong="select min(r.at)",
    ),
    Mutant(
        name="latencies_are_counted_once_and_never_again",
        file="32_latency.sql",
        right="and d.latency_results <> d.results_up",
        wrong="and d.latency_results = 0",
    ),
    Mutant(
        name="evidence_is_failures_alone",
        file="33_retention.sql",
        right="cross join lateral (values (u.first_at), (u.last_at)) as e (at)",
        wrong="cross join lateral (values (u.first_at), (u.last_at)) as e (at) where false",
    ),
    Mutant(
        name="final_days_are_rolled_up_again",
        file="31_rollup.sql",
        right="or roll_up.day > fact.final_until()",
        wrong="or true",
    ),
    Mutant(
        name="the_day_after_a_dropped_one_is_not_final",
        file="05_partitions.sql",
        right="select max(d.day) + 1 from",
        wrong="select max(d.day) from",
    ),
    Mutant(
        name="closed_days_are_open",
        file="20_calendar.sql",
        right="coalesce(w.spans, '{}') - coalesce(s.days, '{}') + coalesce(s.spans, '{}')",
        wrong="coalesce(w.spans, '{}') + coalesce(s.spans, '{}')",
    ),
    Mutant(
        name="replaced_days_count",
        file="20_calendar.sql",
        right="where s.calendar_id = open_hours.calendar_id and s.replaced_at is null",
        wrong="where s.calendar_id = open_hours.calendar_id",
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
        name="hours_are_utc",
        file="20_calendar.sql",
        right="opens at time zone timezone,",
        wrong="opens at time zone 'UTC',",
    ),
    Mutant(
        name="the_day_of_the_announcement_counts",
        file="20_calendar.sql",
        right="(earlier at time zone c.timezone)::date + 1 as first_day",
        wrong="(earlier at time zone c.timezone)::date as first_day",
    ),
    Mutant(
        name="months_are_utc",
        file="40_contract.sql",
        right="return tstzrange(starts at time zone timezone, ends at time zone timezone);",
        wrong="return tstzrange(starts at time zone 'UTC', ends at time zone 'UTC');",
    ),
    Mutant(
        name="withdrawn_windows_hold",
        file="50_maintenance.sql",
        right="when a.withdrawn then 'withdrawn'",
        wrong="when false then 'withdrawn'",
    ),
    Mutant(
        name="one_day_of_notice_less_will_do",
        file="50_maintenance.sql",
        right="when a.given < a.asked",
        wrong="when a.given < a.asked - 1",
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
        right="fact.windows_of_kind(v.version_id, cs.service_id, v.valid * period, 'planned')",
        wrong="fact.valid_windows(v.version_id, cs.service_id, v.valid * period)",
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
        right="+ fact.windows_of_kind(c.version_id, c.service_id, c.span, 'security')",
        wrong="",
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
        name="an_endpoint_counts_after_its_end",
        file="60_service.sql",
        right="tstzrange(b.starts, b.ends)",
        wrong="tstzrange(b.starts, null)",
    ),
    Mutant(
        name="an_unmeasured_past_counts_as_unknown",
        file="60_service.sql",
        right="coalesce(n.since, (select m.first_at from measured as m)) as starts",
        wrong="coalesce(n.since, '-infinity') as starts",
    ),
    Mutant(
        name="unknown_endpoints_never_matter",
        file="60_service.sql",
        right="r.down + r.counted - r.known < r.needed",
        wrong="r.down < r.needed",
    ),
    Mutant(
        name="all_means_any",
        file="60_service.sql",
        right="case when v.every_endpoint then t.counted else",
        wrong="case when v.every_endpoint then 1 else",
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
        right="            - e.excluded as planned",
        wrong="            as planned",
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
        right="        m.unknown - m.windows - m.excluded,",
        wrong="        m.unknown - m.excluded,",
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
        name="the_first_version_of_an_endpoint_has_its_dates",
        file="60_service.sql",
        right="order by v.valid desc",
        wrong="order by v.valid",
    ),
    Mutant(
        name="a_new_rule_waits_for_the_next_edge",
        file="60_service.sql",
        right="where v.service_id = service_state.service_id and lower(v.valid) <@ within",
        wrong="where false",
    ),
    Mutant(
        name="an_endpoint_that_moved_still_counts",
        file="60_service.sql",
        right="range_agg(se.during) * within",
        wrong="within",
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
        file="90_outage.sql",
        right="outage_reach(contract, scope, period) as r (span)\n        cross join\n",
        wrong="checked(period) as r (span)\n        cross join\n",
    ),
    Mutant(
        name="doubtful_time_is_not_joined",
        file="90_outage.sql",
        right="fact.joined(s.spans, s.planned - s.spans, t.join_within) as p",
        wrong="fact.joined(s.spans, s.planned - s.spans, interval '0') as p",
    ),
    Mutant(
        name="the_longest_outage_is_the_one_with_most_working_time",
        file="90_outage.sql",
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
