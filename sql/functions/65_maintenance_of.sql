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
    rule text,
    excused_s numeric,
    forbidden_s numeric,
    cap_s numeric,
    cap_used_s numeric,
    remark text,
    recorded_by text,
    recorded_at timestamptz
)
language sql stable
begin atomic
    with touched as materialized (
        select distinct on (m.maintenance_id)
            m.*,
            v.version_id,
            v.contract_id,
            judge.version_id as judge_id,
            judge.notice_calendar,
            v.cap_per,
            trim_scale(extract(epoch from v.cap_time)) as cap_s,
            'cap' = any(v.enforced) as cap_is_enforced,
            fact.actual_window(m.maintenance_id) as actual,
            tstzmultirange(
                fact.actual_window(m.maintenance_id) * period * tstzrange(null, sla.as_of())
            ) as elapsed,
            fact.cap_period(v.version_id, m.starts) as cap_period
        from fact.contract_version as v
        inner join fact.contract_service as cs on cs.version_id = v.version_id
        inner join fact.maintenance_scope as ms on ms.service_id = cs.service_id
        inner join fact.maintenance as m on m.maintenance_id = ms.maintenance_id
        inner join fact.contract_version as judge
            on judge.version_id = fact.judging_version(v.version_id, m.maintenance_id)
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && fact.checked(period)
            and tstzrange(m.starts, m.ends) && period
            and tstzrange(m.starts, m.ends) && v.valid
        -- Its cap is that of the first version which it meets.
        order by m.maintenance_id, v.valid
    ),
    agreed as materialized (
        select range_agg(p.agreed) as hours
        from fact.contract_piece(contract, period, null::fact.reading) as p
    ),
    hit as materialized (
        select
            t.maintenance_id,
            array_agg(s.key order by s.key) as services,
            range_agg(d.down) as down,
            range_agg(d.down - d.excluded - o.excluded) as counted
        from touched as t
        inner join fact.maintenance_scope as ms on ms.maintenance_id = t.maintenance_id
        inner join fact.contract_service as cs
            on cs.version_id = t.version_id and cs.service_id = ms.service_id
        inner join fact.service as s on s.service_id = ms.service_id
        cross join
            lateral fact.service_state(s.service_id, t.elapsed) as d
        cross join lateral fact.corrections_of(s.service_id, null, t.actual) as o
        group by t.maintenance_id
    ),
    used as materialized (
        select
            p.cap_period,
            fact.maintenance_use(p.contract_id, p.cap_period, null::fact.reading) as used
        from (
            select distinct t.contract_id, t.cap_period
            from touched as t
            where t.kind = 'planned' and t.cap_period is not null
        ) as p
    ),
    enforced as materialized (
        select
            t.version_id,
            fact.beyond_cap(
                t.version_id, range_merge(range_agg(t.actual)), null::fact.reading
            ) as beyond
        from touched as t
        where t.cap_is_enforced
        group by t.version_id
    ),
    measured as materialized (
        select
            t.*,
            h.services,
            h.down,
            h.counted * a.hours as counted,
            fact.working_days_between(t.notice_calendar, t.announced_at, t.starts) as notice_days,
            fact.why_invalid(t.judge_id, t.maintenance_id, null::fact.reading) as why_by_itself,
            case
                when t.kind = 'planned'
                    then fact.forbidden_hours(
                        t.judge_id, tstzrange(t.starts, t.ends), null::fact.reading
                    )
            end as forbidden,
            sla.seconds(u.used) as cap_used_s,
            fact.used_up_at(u.used, t.cap_s) as used_up,
            case when t.kind = 'planned' then coalesce(e.beyond, '{}') else '{}' end as beyond
        from touched as t
        inner join hit as h on h.maintenance_id = t.maintenance_id
        cross join agreed as a
        left join used as u on u.cap_period = t.cap_period and t.kind = 'planned'
        left join enforced as e on e.version_id = t.version_id
    ),
    judged as (
        select
            m.*,
            case
                when m.why_by_itself is not null then m.why_by_itself
                -- An empty window lies in every span: it was closed as it began.
                when not isempty(m.actual) and m.actual <@ m.beyond
                    then format('the %s s of its %s were used up', m.cap_s, m.cap_per)
            end as why,
            concat_ws(
                '; ',
                case
                    when not isempty(m.forbidden)
                        then format(
                            '%s s inside hours without maintenance', sla.seconds(m.forbidden)
                        )
                end,
                case
                    when m.used_up < upper(m.actual)
                        then format(
                            '%s s of its %s allowed, used up at %s, %s s used',
                            m.cap_s,
                            m.cap_per,
                            to_char(m.used_up at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                            m.cap_used_s
                        )
                end
            ) as remark
        from measured as m
    )
    select
        j.key,
        j.services,
        j.kind,
        j.starts,
        -- Closed as it began, it is empty, and an empty range has no end.
        coalesce(upper(j.actual), j.starts),
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
        j.rule,
        case when j.why is null then sla.seconds(j.counted - j.beyond) else 0 end,
        case when j.forbidden is not null then sla.seconds(j.forbidden) end,
        case when j.kind = 'planned' then j.cap_s end,
        j.cap_used_s,
        nullif(j.remark, ''),
        j.recorded_by,
        j.recorded_at
    from judged as j
    order by j.starts, j.key;
end;
comment on function sla.maintenance_of(text, tstzrange) is
'One row per maintenance window of a contract''s services that touches the period. ends: the announced end, or the moment it was closed early; announced_ends: the announced one. every_service: it covers every service, whenever added. series: the key that the windows of one recurrence share, with its rule. notice_days: whole working days between announcement and start. why: the rule that makes it invalid, null when valid. down_s: measured inaccessible seconds inside the window and the period, valid or not (LEN-04); excused_s: those that leave the availability, 0 when invalid, fewer outside the agreed hours, where a correction leaves time out, and where an enforced cap is used up. forbidden_s: announced time inside the hours in which the contract wants no maintenance; cap_s, cap_used_s: what its month, quarter or year allows, and what all valid windows together used of it up to now (LEN-05); all null for security, the first also while the holidays of that year are not known. remark: what breaks a rule that the plan only wishes, or cuts the window; null: nothing. recorded_by, recorded_at: who put it into the registry, and when, which may be long after it.';
