"""What was measured, written wrongly."""

from tests.sql.mutant import Mutant

MEASURED = (
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
        right="c.until >= ends",
        wrong="true",
    ),
    Mutant(
        name="a_hole_before_the_last_slot_is_calm",
        file="29_calm.sql",
        right="r.at >= c.until",
        wrong="r.at > c.until",
    ),
    Mutant(
        name="results_that_go_on_after_midnight_are_not_seen",
        file="29_calm.sql",
        right="r.at < near_end\n                )",
        wrong="r.at < ends\n                )",
    ),
    Mutant(
        name="more_results_than_slots_are_calm",
        file="29_calm.sql",
        right="and c.until < ends + c.every",
        wrong="",
    ),
    Mutant(
        name="a_failed_slot_is_calm",
        file="29_calm.sql",
        right="r.at >= c.from_at",
        wrong="r.at = c.from_at",
    ),
    Mutant(
        name="a_slot_beside_the_grid_is_calm",
        file="29_calm.sql",
        right="else 1000000 end",
        wrong="else 1 end",
    ),
    Mutant(
        name="a_failure_before_midnight_is_calm",
        file="29_calm.sql",
        right="r.at >= c.from_at",
        wrong="r.at > c.from_at",
    ),
    Mutant(
        name="a_failure_after_midnight_is_calm",
        file="29_calm.sql",
        right="r.at < near_end\n                    and r.outcome <> 'up'",
        wrong="r.at < ends\n                    and r.outcome <> 'up'",
    ),
    Mutant(
        name="a_changed_interval_is_calm",
        file="29_calm.sql",
        right="c.valid @> tstzrange(c.from_at, near_end)",
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
        right="and r.at >= p.first_at",
        wrong="and r.at < p.first_at",
    ),
    Mutant(
        name="an_hour_with_a_hole_is_passed_over",
        file="28_run.sql",
        right="where s.results is distinct from 60",
        wrong="where coalesce(s.results, 0) not between 58 and 60",
    ),
    Mutant(
        name="a_result_beside_the_grid_fills_a_hole",
        file="28_run.sql",
        right="else 1000\n",
        wrong="else 1\n",
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
        name="what_a_new_result_reaches_is_kept",
        file="31_rollup.sql",
        right="min(m.since) - fact.reach() as reached",
        wrong="min(m.since) as reached",
    ),
    Mutant(
        name="settled_results_are_kept_when_the_day_is_built_anew",
        file="31_rollup.sql",
        right="case when s.starts > lower(b.span) then e.settled_results else 0 end",
        wrong="coalesce(e.settled_results, 0)",
    ),
    Mutant(
        name="settled_results_are_forgotten_in_the_next_turn",
        file="31_rollup.sql",
        right="case when s.starts > lower(b.span) then e.settled_results else 0 end",
        wrong="0",
    ),
    Mutant(
        name="latencies_of_late_results_are_left_out",
        file="31_rollup.sql",
        right="case when e.latency_until <= d.since then e.latency_until end",
        wrong="e.latency_until",
    ),
    Mutant(
        name="spans_before_the_new_part_are_dropped",
        file="31_rollup.sql",
        right="fact.joined(p.up * p.kept, s.up)",
        wrong="s.up",
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
)
