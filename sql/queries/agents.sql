-- Agents: what they probe, who leads, how they are doing, and their logins.

-- name: targets
-- What the catalogue asks to probe from a location ($1).
select
    service,
    allow,
    spec
from fact.targets($1);

-- name: references
-- The references that the catalogue asks from a location ($1).
select spec from fact.references_at($1);

-- name: report_agent
-- What an agent tells of itself: location ($1), host ($2), folder ($3), version ($4), whether it
-- leads ($5), files in its spool ($6), newest slot ($7). Gives the number of the catalogue.
select fact.report_agent($1, $2, $3, $4, $5, $6, $7);

-- name: lead_lease
-- Whoever leads must ask again within this time: a process that is frozen, or a host that is gone,
-- gives its place up.
set idle_session_timeout = '10s';

-- name: lead
-- Whether this session leads the location ($1) now; it leads until it ends.
select
    pg_try_advisory_lock(hashtext('vigie location'), l.location_id::integer) as leads
from fact.location as l
where l.key = $1;

-- name: lead_still
-- The answer alone shows that the session lives, and that the place is still its own.
select 1;

-- name: agent_add
-- $1 location, $2 login, $3 password.
select fact.add_agent($1, $2, $3);

-- name: agent_close
-- $1 login.
select fact.close_agent($1);

-- name: agent_drop
-- $1 login, which is closed.
select fact.drop_agent($1);

-- name: agent_locations
-- Every location: logins, age of the newest result, and slots missed in the last hour. What ran
-- in the last seconds may not be stored yet.
select
    l.key as location,
    array(
        select a.login from fact.agent_login as a
        where a.location_id = l.location_id
        order by a.login
    ) as logins,
    extract(epoch from now() - newest.at)::double precision as lag_s,
    fact.slots_missed(
        l.location_id,
        tstzrange(now() - interval '1 hour 15 seconds', now() - interval '15 seconds')
    ) as missed
from fact.location as l
cross join
    lateral (
        select max(last.at) as at
        from fact.endpoint as e
        cross join
            lateral (
                select max(r.at) as at
                from fact.result as r
                where
                    r.endpoint_id = e.endpoint_id
                    and r.location_id = l.location_id
                    and r.at > now() - interval '2 days'
            ) as last
    ) as newest
order by l.key;

-- name: agent_list
-- Every process that probes, as it last told of itself.
select
    l.key as location,
    a.host,
    a.home,
    a.version,
    a.leads,
    a.spool_files,
    extract(epoch from now() - a.seen_at)::double precision as seen_s
from fact.agent as a
inner join fact.location as l on a.location_id = l.location_id
order by l.key asc, a.leads desc, a.host asc, a.home asc;
