-- Whether what a crisis is about is down, and since when.

create or replace view fact.crisis_sight with (security_invoker = true) as
select
    c.crisis_id,
    m.service_id,
    l.at,
    l.kind in ('opened', 'joined', 'relapsed') as down,
    -- Of a relapse only the incident knows the instant.
    greatest(case when m.started = i.started then t.started else m.started end, r.at) as since,
    r.at as relapsed_at
from fact.crisis as c
inner join fact.crisis_service as cs on cs.crisis_id = c.crisis_id
inner join fact.incident_service as m on m.service_id = cs.service_id
inner join fact.incident as i on i.incident_id = m.incident_id
inner join fact.incident_state as t on t.incident_id = i.incident_id
cross join
    lateral (
        select e.kind, e.at
        from fact.incident_event as e
        where
            e.incident_id = i.incident_id
            and e.kind in ('opened', 'joined', 'relapsed', 'recovered', 'excused', 'closed')
        order by e.event_id desc
        limit 1
    ) as l
cross join
    lateral (
        select max(e.at) as at
        from fact.incident_event as e
        where e.incident_id = i.incident_id and e.kind = 'relapsed'
    ) as r
where
    -- Older ones are over, or somebody handles them as another crisis.
    i.incident_id = c.incident_id or i.opened_at >= c.started - interval '7 days';
comment on view fact.crisis_sight is
'One row per service of a crisis and incident of it that belongs to the crisis: what the incident did last, and since when the service is down, if it is.';

create or replace view fact.crisis_health with (security_invoker = true) as
select
    c.crisis_id,
    min(t.since) filter (where t.down) as down_since,
    case
        when coalesce(bool_or(t.down), false) then null
        else greatest(c.started, max(t.at))
    end as good_since,
    count(t.at) > 0 as measured,
    max(t.at) filter (where t.down) as failed_at,
    max(t.relapsed_at) filter (where t.down) as relapsed_at
from fact.crisis as c
left join fact.crisis_sight as t on t.crisis_id = c.crisis_id and (t.down or t.at >= c.started)
group by c.crisis_id, c.started;
comment on view fact.crisis_health is
'One row per crisis: since when the first of its services that are down now is, else since when all are good, by the incidents of these services; measured: whether probes saw anything of it at all; failed_at, relapsed_at: the last failure, and the last relapse, of what is down.';

create or replace function fact.crisis_down(crisis_id integer)
returns table (service text, since timestamptz)
language sql stable
begin atomic
    select s.key, min(t.since)
    from fact.crisis_sight as t
    inner join fact.service as s on s.service_id = t.service_id
    where t.crisis_id = crisis_down.crisis_id and t.down
    group by s.key
    order by s.key;
end;
comment on function fact.crisis_down(integer) is
'The services of a crisis whose incident is not over, each since its first failure, or since the relapse.';

create or replace function fact.crisis_downtime(crisis_id integer, until timestamptz)
returns table (service text, unplanned tstzmultirange, is_up boolean)
language sql stable
begin atomic
    select
        s.key,
        range_agg(l.unplanned),
        bool_and(l.is_good and not isempty(l.unplanned + l.planned))
    from fact.crisis as c
    cross join
        lateral fact.live_class(
            array(
                select m.service_id from fact.crisis_service as m where m.crisis_id = c.crisis_id
            ),
            tstzrange(c.started, greatest(c.started, until))
        ) as l
    inner join fact.service as s on s.service_id = l.service_id
    where c.crisis_id = crisis_downtime.crisis_id
    group by s.key;
end;
comment on function fact.crisis_downtime(integer, timestamptz) is
'One row per service of a crisis: when it was down for any of the contracts, announced maintenance taken out, up to an instant; is_up: it failed, and good results came since.';

create or replace function fact.crisis_failed_after(crisis_id integer, at timestamptz)
returns boolean
language sql stable
begin atomic
    select
        exists(
            select from fact.crisis_sight as t
            inner join fact.incident_service as m on m.service_id = t.service_id
            inner join fact.incident_event as e on e.incident_id = m.incident_id
            where
                t.crisis_id = crisis_failed_after.crisis_id
                and e.kind in ('opened', 'joined', 'relapsed')
                and e.at > crisis_failed_after.at
        );
end;
comment on function fact.crisis_failed_after(integer, timestamptz) is
'Whether a service of a crisis failed after an instant.';

create or replace function fact.refuse_while_down(crisis fact.crisis) returns void
language plpgsql stable
as $$
declare
    said text;
begin
    select string_agg(
        format(
            '%s %s down since %s',
            array_to_string(d.services, ', '),
            case cardinality(d.services) when 1 then 'is' else 'are' end,
            fact.utc_text(d.since)
        ),
        '; ' order by d.since
    ) into said
    from (
        select d.since, array_agg(d.service order by d.service) as services
        from fact.crisis_down(crisis.crisis_id) as d
        group by d.since
    ) as d;
    if said is not null then
        raise exception '%: cannot be cancelled: %', crisis.key, said
            using hint = 'what is measured wrongly is corrected first (vigie correction add), and then cancelled';
    end if;
end
$$;
comment on function fact.refuse_while_down(fact.crisis) is
'Refuses to call a false alarm what is down.';
