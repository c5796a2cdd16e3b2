"""How else a contract may be read, written wrongly."""

from tests.sql.mutant import Mutant

READINGS = (
    Mutant(
        name="elapsed_time_is_the_agreed_calendar",
        file="25_reading.sql",
        right="->> c.key = 'always' then null",
        wrong="->> c.key = 'always' then c.calendar_id",
    ),
    Mutant(
        name="notice_counts_the_weekend",
        file="25_reading.sql",
        right="            lateral fact.working_dates(\n"
        "                c.calendar_id,\n"
        "                (earlier at time zone c.timezone)::date,\n"
        "                (later at time zone c.timezone)::date\n"
        "            ) as d\n",
        wrong="            lateral (\n"
        "                select g::date as day\n"
        "                from generate_series(\n"
        "                    date_trunc('day', earlier at time zone c.timezone),\n"
        "                    later at time zone c.timezone,\n"
        "                    interval '1 day'\n"
        "                ) as g\n"
        "                where fact.stores_year(c.calendar_id, g::date)\n"
        "            ) as d\n",
    ),
    Mutant(
        name="exactly_the_hours_of_notice_are_too_few",
        file="50_maintenance.sql",
        right="a.given_s < a.asked * 86400",
        wrong="a.given_s <= a.asked * 86400",
    ),
    Mutant(
        name="hours_of_notice_are_asked_besides_the_days",
        file="50_maintenance.sql",
        right="when a.given_s is null and a.given < a.asked",
        wrong="when a.given < a.asked",
    ),
    Mutant(
        name="a_literal_zone_leaves_the_service_hours",
        file="40_contract.sql",
        right="fact.read_as(v.hours, reading)",
        wrong="v.hours",
    ),
    Mutant(
        name="outages_are_read_as_agreed",
        file="90_outage.sql",
        right="fact.outage_class(contract, scope, fact.checked(period), reading) as c",
        wrong="fact.outage_class(contract, scope, fact.checked(period), null) as c",
    ),
    Mutant(
        name="doubt_is_measured_in_the_agreed_hours",
        file="91_longest_interruption.sql",
        right="fact.read_as(v.interruption_calendar, reading)",
        wrong="v.interruption_calendar",
    ),
    Mutant(
        name="hours_are_enforced_but_not_the_cap",
        file="70_timeline.sql",
        right="when 'cap' = any(coalesce((reading).enforced, v.enforced))",
        wrong="when 'cap' = any(v.enforced)",
    ),
    Mutant(
        name="an_invalid_window_uses_the_cap_of_the_reading",
        file="62_maintenance_cap.sql",
        right="v.version_id, cs.service_id, v.valid * period, 'planned', reading",
        wrong="v.version_id, cs.service_id, v.valid * period, 'planned', null::fact.reading",
    ),
    Mutant(
        name="a_calendar_that_is_not_there_is_read",
        file="94_readings.sql",
        right="m.other = 'always'\n",
        wrong="true\n",
    ),
    Mutant(
        name="the_period_is_that_of_the_instant_after_it",
        file="94_readings.sql",
        right="fact.local_day(contract, upper(period) - interval '1 microsecond') as last_day",
        wrong="fact.local_day(contract, upper(period)) as last_day",
    ),
)
