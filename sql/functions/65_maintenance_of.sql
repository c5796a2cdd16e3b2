-- The registry as a contract sees it.

create or replace function sla.maintenance_of(contract text, period tstzrange)
returns table (
    key text,
    services text[],
    kind text,
    starts timestamptz,
    ends timestamptz,
    announced_at timestamptz,
    channel text,
    recipient text,
    evidence text,
    reason text,
    notice_days integer,
    valid boolean,
    why text,
    down_s numeric,
    announced_ends timestamptz,
    every_service boolean,
    series text,
    rule text
)
language sql stable
begin atomic
    with touched as (
        select distinct on (m.maintenance_id)
            m.*, v.version_id, v.notice_calendar, fact.actual_window(m.maintenance_id) as actual
        from fact.contract_version as v
        inner join fact.contract_service as cs on cs.version_id = v.version_id
        inner join fact.maintenance_scope as ms on ms.service_id = cs.service_id
        inner join fact.maintenance as m on m.maintenance_id = ms.maintenance_id
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && fact.checked(period)
            and tstzrange(m.starts, m.ends) && period
            and tstzrange(m.starts, m.ends) && v.valid
        -- The version in force when the window begins judges it.
        order by m.maintenance_id, v.valid
    ),
    hit as (
        select
            t.maintenance_id,
            array_agg(s.key order by s.key) as services,
            range_agg(d.down) as down
        from touched as t
        inner join fact.maintenance_scope as ms on ms.maintenance_id = t.maintenance_id
        inner join fact.contract_service as cs
            on cs.version_id = t.version_id and cs.service_id = ms.service_id
        inner join fact.service as s on s.service_id = ms.service_id
        cross join
            lateral fact.service_state(
                s.service_id, tstzmultirange(t.actual * period * tstzrange(null, sla.as_of()))
            ) as d
        group by t.maintenance_id
    ),
    judged as (
        select
            t.*,
            h.services,
            h.down,
            fact.working_days_between(t.notice_calendar, t.announced_at, t.starts) as notice_days,
            fact.why_invalid(t.version_id, t.maintenance_id) as why
        from touched as t
        inner join hit as h on h.maintenance_id = t.maintenance_id
    )
    select
        j.key,
        j.services,
        j.kind,
        j.starts,
        upper(j.actual),
        j.announced_at,
        j.channel,
        j.recipient,
        j.evidence,
        j.reason,
        j.notice_days,
        j.why is null,
        j.why,
        sla.seconds(j.down),
        j.ends,
        j.every_service,
        j.series,
        j.rule
    from judged as j
    order by j.starts, j.key;
end;
comment on function sla.maintenance_of(text, tstzrange) is
'One row per maintenance window of a contract''s services that touches the period. ends: the announced end, or the moment it was closed early; announced_ends: the announced one. every_service: it covers every service, whenever added. series: the key that the windows of one recurrence share, with its rule. notice_days: whole working days between announcement and start. why: the rule that makes it invalid, null when valid. down_s: measured inaccessible seconds inside the window and the period, valid or not (LEN-04).';
