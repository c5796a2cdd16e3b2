-- The digest of the raw results behind a contract's figures, which a report carries.

create or replace function sla.results_digest_day(contract text, period tstzrange)
returns table (endpoint text, day date, results bigint, covers text, sha256 text)
language sql stable parallel safe
-- The text of an instant must not depend on who asks.
set datestyle = 'ISO, YMD'
begin atomic
    with covered as (
        select distinct se.endpoint_id
        from fact.contract_version as v
        inner join fact.contract_service as cs on cs.version_id = v.version_id
        inner join fact.service_endpoint as se
            on se.service_id = cs.service_id and se.during && (v.valid * period)
        where
            v.contract_id = fact.contract_id(contract)
            and v.replaced_at is null
            and v.valid && fact.checked(period)
    ),
    known as (
        select
            lower(period) as starts,
            greatest(lower(period), least(upper(period), sla.as_of())) as ends
    ),
    dated as (
        select
            d::date as day,
            greatest(d at time zone 'UTC', k.starts) as starts,
            least((d + interval '1 day') at time zone 'UTC', k.ends) as ends,
            d::date in (select x.day from fact.dropped_day as x) as is_dropped
        from known as k
        cross join
            lateral generate_series(
                date_trunc('day', k.starts at time zone 'UTC'),
                (k.ends at time zone 'UTC') - interval '1 microsecond',
                interval '1 day'
            ) as d
    )
    select
        e.key,
        d.day,
        t.results,
        case when d.is_dropped then 'evidence' else 'all' end,
        encode(sha256(convert_to(coalesce(t.lines, ''), 'UTF8')), 'hex')
    from covered as c
    inner join fact.endpoint as e on e.endpoint_id = c.endpoint_id
    cross join dated as d
    cross join
        lateral (
            select
                coalesce(sum(p.results), 0)::bigint as results,
                string_agg(p.lines, '' order by l.key collate "C") as lines
            from fact.location as l
            cross join
                lateral (
                    select
                        count(*) as results,
                        string_agg(
                            concat(
                                l.key, ',', r.at at time zone 'UTC', ',', r.outcome, ',',
                                r.status, ',', r.duration_us, ',', r.reason, E'\n'
                            ),
                            '' order by r.at
                        ) as lines
                    from (
                        select a.at, a.outcome, a.status, a.duration_us, a.reason
                        from fact.result as a
                        where
                            a.endpoint_id = c.endpoint_id
                            and a.location_id = l.location_id
                            and a.at >= d.starts
                            and a.at < d.ends
                        union all
                        select b.at, b.outcome, b.status, b.duration_us, b.reason
                        from fact.evidence as b
                        where
                            b.endpoint_id = c.endpoint_id
                            and b.location_id = l.location_id
                            and b.at >= d.starts
                            and b.at < d.ends
                    ) as r
                ) as p
        ) as t
    order by e.key collate "C", d.day;
end;
comment on function sla.results_digest_day(text, tstzrange) is
'One row per endpoint of the contract and UTC day of the period: the SHA-256, in hex, of its raw results. The hashed text is UTF-8 and has one line per result, in the order of location and at: location, at (UTC, as 2026-05-12 01:00:00), outcome, status, duration_us and reason, joined by commas, null being empty, each line ended by a line feed; the columns are those of sla.result, and the ones that figures are made of. Results of slots inside the period and before sla.as_of(). results: how many. covers: all, or evidence where the day is in sla.dropped_day, so that only what is kept of it was hashed.';

create or replace function sla.results_digest(contract text, period tstzrange)
returns table (results bigint, endpoint_days bigint, evidence_days bigint, sha256 text)
language sql stable parallel safe
set datestyle = 'ISO, YMD'
begin atomic
    select
        coalesce(sum(d.results), 0)::bigint,
        count(*),
        count(*) filter (where d.covers = 'evidence'),
        encode(
            sha256(convert_to(coalesce(string_agg(
                concat(
                    d.sha256, '  ', d.endpoint, ' ', d.day, ' ', d.results, ' ', d.covers, E'\n'
                ),
                '' order by d.endpoint collate "C", d.day
            ), ''), 'UTF8')),
            'hex'
        )
    from sla.results_digest_day(contract, period) as d;
end;
comment on function sla.results_digest(text, tstzrange) is
'One row: the SHA-256, in hex, of all raw results behind a contract''s figures of the period, which a report prints. It is that of the report''s attachment results.sha256, which has one line per row of sla.results_digest_day: its sha256, two spaces, endpoint, day, results and covers joined by spaces, and a line feed. results: how many; endpoint_days: lines; evidence_days: of them, those of which only the evidence is left.';
