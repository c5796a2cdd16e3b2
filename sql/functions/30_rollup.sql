-- Results of a day become spans: islands per location, then the vote of the locations.

create or replace function fact.day_span(day date) returns tstzrange
language sql immutable parallel safe
return tstzrange(day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
comment on function fact.day_span(date) is 'A UTC day as a span.';

create or replace function fact.reach() returns interval
language sql immutable parallel safe
return interval '90 minutes';
comment on function fact.reach() is
'How far a result can matter to another: 1.5 times the longest interval an endpoint may have (1 h).';

create or replace function fact.latency_bucket(duration_us integer) returns smallint
language sql immutable parallel safe
return floor(
    8 * ln(greatest(duration_us, 1)::double precision) / ln(2::double precision)
)::smallint;
comment on function fact.latency_bucket(integer) is
'Number of the latency bucket: 8 to a doubling, so a bucket is 9 % wide. Bucket b holds [2^(b/8), 2^((b+1)/8)) microseconds.';

create or replace function fact.agrees(
    quorum text, votes bigint, covering bigint
) returns boolean
language sql immutable parallel safe
return votes > 0 and case quorum
    when 'any' then true
    when 'all' then votes >= covering
    else 2 * votes > covering
end;
comment on function fact.agrees(text, bigint, bigint) is
'True when so many votes of the locations that cover an instant decide it: strictly more than half (majority), any, or all.';

create or replace function fact.roll_up(day date) returns bigint
language sql volatile
begin atomic
    -- One roller at a time. In a statement of its own: the next one then sees its work.
    select pg_advisory_xact_lock(hashtext('fact.roll_up'));

    -- Marks and results are written in one transaction and read in one snapshot, so a mark
    -- that is taken here stands for results that are seen here.
    with mark as (
        delete from fact.dirty_day as d where d.day = roll_up.day returning d.endpoint_id
    ),
    dirty as (
        select distinct mark.endpoint_id from mark
    ),
    bounds as (
        select
            fact.day_span(roll_up.day) as span,
            lower(fact.day_span(roll_up.day)) as starts,
            upper(fact.day_span(roll_up.day)) as ends
    ),
    sample as (
        select
            r.endpoint_id,
            r.location_id,
            r.at,
            r.outcome,
            r.duration_us,
            v.every,
            lead(r.at) over track as next_at,
            lead(r.at) over known as next_known_at,
            lead(r.outcome) over known as next_known
        from dirty as d
        cross join bounds as b
        inner join fact.result as r
            on
                r.endpoint_id = d.endpoint_id
                and r.at >= b.starts - fact.reach()
                and r.at < b.ends + fact.reach()
        inner join fact.endpoint_version as v
            on v.endpoint_id = r.endpoint_id and v.valid @> r.at
        window
            track as (partition by r.endpoint_id, r.location_id order by r.at),
            known as (
                partition by r.endpoint_id, r.location_id, r.outcome = 'unknown' order by r.at
            )
    ),
    cover as (
        select
            s.*,
            tstzrange(
                s.at,
                case when s.next_at <= s.at + 1.5 * s.every then s.next_at else s.at + s.every end
            ) as covered,
            tstzrange(s.at, s.next_known_at) as until_known,
            s.outcome <> 'unknown' and s.next_known_at <= s.at + 1.5 * s.every as followed,
            s.outcome <> 'unknown' and s.next_known_at <= s.at + fact.reach() as in_reach
        from sample as s
    ),
    island as (
        select
            c.endpoint_id,
            c.location_id,
            coalesce(range_agg(c.covered) filter (where c.outcome = 'up'), '{}') as up,
            coalesce(range_agg(c.covered) filter (where c.outcome = 'down'), '{}') as down,
            coalesce(
                range_agg(c.until_known)
                filter (where c.followed and c.outcome = 'down' and c.next_known = 'down'),
                '{}'
            ) as certain_down,
            coalesce(
                range_agg(c.until_known)
                filter (where c.in_reach and 'down' in (c.outcome, c.next_known)),
                '{}'
            ) + coalesce(range_agg(c.covered) filter (where c.outcome = 'down'), '{}')
                as possible_down
        from cover as c
        group by c.endpoint_id, c.location_id
    ),
    lonely as (
        select i.endpoint_id from island as i group by i.endpoint_id having count(*) = 1
    ),
    edge as (
        select i.endpoint_id, e.at, e.covering, e.down, e.certain, e.possible
        from island as i
        cross join
            lateral (
                select lower(s), 1, 0, 0, 0 from unnest(i.up) as s
                union all
                select upper(s), -1, 0, 0, 0 from unnest(i.up) as s
                union all
                select lower(s), 1, 1, 0, 0 from unnest(i.down) as s
                union all
                select upper(s), -1, -1, 0, 0 from unnest(i.down) as s
                union all
                select lower(s), 0, 0, 1, 0 from unnest(i.certain_down) as s
                union all
                select upper(s), 0, 0, -1, 0 from unnest(i.certain_down) as s
                union all
                select lower(s), 0, 0, 0, 1 from unnest(i.possible_down) as s
                union all
                select upper(s), 0, 0, 0, -1 from unnest(i.possible_down) as s
                union all
                -- The quorum may change in between.
                select lower(v.valid), 0, 0, 0, 0 from fact.endpoint_version as v
                where v.endpoint_id = i.endpoint_id and not lower_inf(v.valid)
            ) as e (at, covering, down, certain, possible)
        where i.endpoint_id not in (select lonely.endpoint_id from lonely)
    ),
    tally as (
        select
            e.endpoint_id,
            e.at,
            tstzrange(e.at, lead(e.at) over so_far) as span,
            sum(sum(e.covering)) over so_far as covering,
            sum(sum(e.down)) over so_far as down,
            sum(sum(e.certain)) over so_far as certain,
            sum(sum(e.possible)) over so_far as possible
        from edge as e
        group by e.endpoint_id, e.at
        window so_far as (partition by e.endpoint_id order by e.at)
    ),
    voted as (
        select
            t.endpoint_id,
            t.span,
            t.covering > 0 and not fact.agrees(v.quorum, t.down::bigint, t.covering::bigint) as up,
            fact.agrees(v.quorum, t.down::bigint, t.covering::bigint) as down,
            fact.agrees(v.quorum, t.certain::bigint, t.covering::bigint) as certain_down,
            fact.agrees(v.quorum, t.possible::bigint, t.covering::bigint) as possible_down
        from tally as t
        inner join fact.endpoint_version as v
            on v.endpoint_id = t.endpoint_id and v.valid @> t.at
    ),
    state as (
        select i.endpoint_id, i.up, i.down, i.certain_down, i.possible_down
        from island as i
        where i.endpoint_id in (select lonely.endpoint_id from lonely)
        union all
        select
            v.endpoint_id,
            coalesce(range_agg(v.span) filter (where v.up), '{}'),
            coalesce(range_agg(v.span) filter (where v.down), '{}'),
            coalesce(range_agg(v.span) filter (where v.certain_down), '{}'),
            coalesce(range_agg(v.span) filter (where v.possible_down), '{}')
        from voted as v
        where not upper_inf(v.span)
        group by v.endpoint_id
    ),
    counted as (
        select
            s.endpoint_id,
            count(*) as results,
            count(*) filter (where s.outcome = 'up') as results_up,
            count(*) filter (where s.outcome = 'down') as results_down,
            min(s.at) as first_at
        from sample as s
        cross join bounds as b
        where s.at >= b.starts and s.at < b.ends
        group by s.endpoint_id
    ),
    bucket as (
        select s.endpoint_id, fact.latency_bucket(s.duration_us) as bucket, count(*) as results
        from sample as s
        cross join bounds as b
        where
            s.at >= b.starts and s.at < b.ends and s.outcome = 'up' and s.duration_us is not null
        group by s.endpoint_id, fact.latency_bucket(s.duration_us)
    ),
    latency as (
        select
            b.endpoint_id,
            array_agg(b.bucket order by b.bucket) as buckets,
            array_agg(b.results::integer order by b.bucket) as counts
        from bucket as b
        group by b.endpoint_id
    ),
    rolled as (
        insert into fact.endpoint_day (
            endpoint_id, day, up, down, certain_down, possible_down,
            results, results_up, results_down, first_at, latency_bucket, latency_count
        )
        select
            s.endpoint_id,
            roll_up.day,
            s.up * tstzmultirange(b.span),
            s.down * tstzmultirange(b.span),
            s.certain_down * tstzmultirange(b.span),
            s.possible_down * tstzmultirange(b.span),
            coalesce(c.results, 0),
            coalesce(c.results_up, 0),
            coalesce(c.results_down, 0),
            c.first_at,
            coalesce(l.buckets, '{}'),
            coalesce(l.counts, '{}')
        from state as s
        cross join bounds as b
        left join counted as c on c.endpoint_id = s.endpoint_id
        left join latency as l on l.endpoint_id = s.endpoint_id
        on conflict (endpoint_id, day) do update
            set
                up = excluded.up,
                down = excluded.down,
                certain_down = excluded.certain_down,
                possible_down = excluded.possible_down,
                results = excluded.results,
                results_up = excluded.results_up,
                results_down = excluded.results_down,
                first_at = excluded.first_at,
                latency_bucket = excluded.latency_bucket,
                latency_count = excluded.latency_count
        returning endpoint_id
    )
    select count(*) from rolled;
end;
comment on function fact.roll_up(date) is
'Rebuilds the dirty endpoint days of one UTC day from the results; gives their number. Cover: a result holds until the next one when that comes within 1.5 intervals, else for one interval (nothing else is extrapolated). Down, certain_down (failed to failed) and possible_down (last good to first good) are voted on by the locations that cover the instant.';

create or replace function fact.advance_watermark(up_to timestamptz) returns timestamptz
language sql volatile
begin atomic
    update fact.watermark as w set rolled_up_to = greatest(w.rolled_up_to, up_to)
    returning w.rolled_up_to;
end;
comment on function fact.advance_watermark(timestamptz) is
'Says that results up to here are rolled up; never goes back. Gives the watermark.';
