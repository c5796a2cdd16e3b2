-- The rota's terms of a crisis, and what holds where it says nothing.

create or replace function fact.crisis_terms()
returns table (
    acknowledge_within interval,
    first_update interval,
    every_update interval,
    monitoring_update interval,
    relapse_within interval,
    good_for interval,
    several_roles boolean,
    levels integer,
    clocks text[]
)
language sql stable
begin atomic
    with rota as (
        select coalesce(fact.rota_now(), '{}') as spec
    )
    select
        make_interval(secs => coalesce((r.spec ->> 'acknowledge_within_s')::numeric, 300)),
        make_interval(secs => coalesce((r.spec -> 'updates' ->> 'first_s')::numeric, 900)),
        make_interval(secs => coalesce((r.spec -> 'updates' ->> 'every_s')::numeric, 1800)),
        make_interval(
            secs => coalesce((r.spec -> 'updates' ->> 'monitoring_s')::numeric, 3600)
        ),
        make_interval(secs => coalesce((r.spec ->> 'relapse_within_s')::numeric, 1800)),
        make_interval(secs => coalesce((r.spec ->> 'good_for_s')::numeric, 600)),
        coalesce((r.spec ->> 'several_roles')::boolean, false),
        coalesce(jsonb_array_length(r.spec -> 'levels'), 0),
        array(select jsonb_array_elements_text(r.spec -> 'clocks'))
    from rota as r;
end;
comment on function fact.crisis_terms() is
'One row: the crisis terms of the rota, or what holds without one.';

create or replace function fact.warn_after() returns interval
language sql stable
return coalesce(
    ((fact.rota_now() ->> 'pre_alert_after_s')::numeric) * interval '1 second', '5 minutes'
);
comment on function fact.warn_after() is
'How long an outage lasts before the team is warned: the rota''s pre_alert_after, else 5 minutes.';
