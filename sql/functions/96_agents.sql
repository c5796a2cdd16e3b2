-- What the login of an agent may read, and the logins themselves. They read the tables as their
-- owner, whoever asks; session_user stays the login, whatever role it takes on.

create or replace function fact.agent_location() returns smallint
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select a.location_id from fact.agent_login as a where a.login = session_user::text;
end;
comment on function fact.agent_location() is
'The location that this login stores results of; null: it is no agent of this database.';

create or replace function fact.is_probed_at(spec jsonb, location text) returns boolean
language sql immutable parallel safe
begin atomic
    select
        coalesce(jsonb_array_length(spec -> 'locations'), 0) = 0
        or (spec -> 'locations') ? location;
end;
comment on function fact.is_probed_at(jsonb, text) is
'Whether an endpoint of this spec is probed from a location; one that names none is from all.';

create or replace function fact.agent_endpoint_ids() returns setof integer
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select distinct v.endpoint_id
    from fact.endpoint_version as v
    inner join fact.location as l on l.location_id = fact.agent_location()
    where fact.is_probed_at(v.spec, l.key);
end;
comment on function fact.agent_endpoint_ids() is
'The endpoints that are probed from this login''s location, or were: results may come late.';

create or replace function fact.acting_location(location text) returns smallint
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    found_id smallint;
begin
    select l.location_id into found_id from fact.location as l
    where
        l.key = acting_location.location
        and (
            l.location_id = fact.agent_location()
            -- Who may write the table itself needs no further permission.
            or has_table_privilege(session_user, 'fact.agent', 'insert')
        );
    if found_id is null then
        raise exception 'location "%": %', location, coalesce(
            (
                select format('login "%s" probes from "%s" only', session_user, l.key)
                from fact.location as l where l.location_id = fact.agent_location()
            ),
            case
                when has_table_privilege(session_user, 'fact.agent', 'insert')
                    then 'the catalogue that was applied names none of this key'
                else format('login "%s" is no agent of this database', session_user)
            end
        ) using hint = 'vigie agent list shows the locations and their logins.';
    end if;
    return found_id;
end
$$;
comment on function fact.acting_location(text) is
'The id of a location, for those who may probe from there; refused to others.';

create or replace function fact.targets(location text)
returns table (service text, allow text[], spec jsonb)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select s.key, s.allow, v.spec
    from (select fact.acting_location(targets.location) as location_id) as acting
    inner join fact.location as l on l.location_id = acting.location_id
    cross join fact.service_endpoint as m
    inner join fact.service as s on s.service_id = m.service_id
    inner join fact.endpoint_version as v on v.endpoint_id = m.endpoint_id
    inner join fact.endpoint as e on e.endpoint_id = m.endpoint_id
    where upper_inf(m.during) and upper_inf(v.valid) and fact.is_probed_at(v.spec, l.key)
    order by e.key;
end;
comment on function fact.targets(text) is
'What the catalogue asks to probe from a location now, as it is worded; secrets are placeholders.';

create or replace function fact.references_at(location text) returns table (spec jsonb)
language sql stable security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select r.spec
    from (select fact.acting_location(references_at.location) as location_id) as acting
    inner join fact.location as l on l.location_id = acting.location_id
    cross join fact.reference as r
    where fact.is_probed_at(r.spec, l.key)
    order by r.spec;
end;
comment on function fact.references_at(text) is
'The references that the catalogue asks from a location, as it is worded.';

create or replace function fact.report_agent(
    location text,
    host text,
    home text,
    version text,
    leads boolean,
    spool_files integer,
    newest timestamptz
)
returns bigint
language sql volatile security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with told as (
        insert into fact.agent (
            location_id, host, home, version, leads, spool_files, newest, seen_at
        )
        values (
            fact.acting_location(location),
            left(host, 200),
            left(home, 1000),
            left(version, 50),
            leads,
            spool_files,
            newest,
            now()
        )
        on conflict (location_id, host, home) do update set
            version = excluded.version,
            leads = excluded.leads,
            spool_files = excluded.spool_files,
            newest = excluded.newest,
            seen_at = excluded.seen_at
    ),
    forgotten as (
        delete from fact.agent as a
        where
            a.seen_at < now() - interval '1 day'
            and (a.host <> report_agent.host or a.home <> report_agent.home)
    )
    select s.version from fact.catalogue_state as s;
end;
comment on function fact.report_agent(text, text, text, text, boolean, integer, timestamptz) is
'Keeps what an agent tells of itself, and gives the number of the catalogue.';

create or replace function fact.slots_missed(location_id smallint, span tstzrange) returns bigint
language sql stable
begin atomic
    with watched as (
        select
            v.endpoint_id,
            v.every,
            greatest(lower(slots_missed.span), lower(m.during), lower(v.valid), v.since, r.first_at)
                as starts,
            least(upper(slots_missed.span), v.until) as ends
        from fact.location as l
        cross join fact.endpoint_version as v
        inner join fact.service_endpoint as m on m.endpoint_id = v.endpoint_id
        cross join
            lateral (
                select min(f.at) as first_at
                from fact.result as f
                where
                    f.endpoint_id = v.endpoint_id
                    and f.location_id = l.location_id
                    and f.at >= lower(slots_missed.span) - interval '1 day'
                    and f.at < upper(slots_missed.span)
            ) as r
        where
            l.location_id = slots_missed.location_id
            and upper_inf(v.valid)
            and upper_inf(m.during)
            and fact.is_probed_at(v.spec, l.key)
            and r.first_at is not null
    ),
    -- Each whole bin of one interval has exactly one slot in it, wherever that lies.
    binned as (
        select
            w.endpoint_id,
            w.every,
            date_bin(w.every, w.starts + w.every - interval '1 microsecond', 'epoch') as starts,
            date_bin(w.every, w.ends, 'epoch') as ends
        from watched as w
    )
    select
        coalesce(
            sum(
                round(extract(epoch from b.ends - b.starts) / extract(epoch from b.every))
                - ran.slots
            ),
            0
        )::bigint
    from binned as b
    cross join
        lateral (
            select count(distinct date_bin(b.every, f.at, 'epoch')) as slots
            from fact.result as f
            where
                f.endpoint_id = b.endpoint_id
                and f.location_id = slots_missed.location_id
                and f.at >= b.starts
                and f.at < b.ends
                and f.attempts > 0
        ) as ran
    where b.ends > b.starts;
end;
comment on function fact.slots_missed(smallint, tstzrange) is
'How many slots of a location''s endpoints gave no result in a span, from each one''s first result of the day before on.';

create or replace function fact.add_agent(location text, login text, secret text) returns void
language plpgsql
as $$
declare
    found_id smallint;
begin
    if to_regrole('vigie_agent') is null then
        raise exception 'this database has no role vigie_agent'
            using hint = 'Run vigie db migrate as a user with CREATEROLE.';
    end if;
    select l.location_id into found_id from fact.location as l where l.key = add_agent.location;
    if found_id is null then
        raise exception 'location "%": the catalogue that was applied names none of this key', location
            using hint = format(
                'Known: %s.', (select string_agg(l.key, ', ' order by l.key) from fact.location as l)
            );
    end if;
    if login !~ '^[a-z][a-z0-9_]{0,62}$' then
        raise exception 'login "%": not a name', login
            using hint = 'Write lower-case letters, digits and _, beginning with a letter.';
    end if;
    if to_regrole(login) is not null then
        raise exception 'login "%": this server has a role of that name', login
            using hint = 'Choose another name with --login.';
    end if;
    execute format(
        'create role %I login password %L connection limit 20 in role vigie_agent', login, secret
    );
    insert into fact.agent_login (login, location_id) values (login, found_id);
end
$$;
comment on function fact.add_agent(text, text, text) is
'Makes a login that may store results of one location and read what is probed from there.';

create or replace function fact.close_agent(login text) returns void
language plpgsql
as $$
begin
    delete from fact.agent_login as a where a.login = close_agent.login;
    if not found then
        raise exception 'login "%": no agent of this database', login
            using hint = 'List them with: vigie agent list.';
    end if;
    execute format('alter role %I nologin', login);
end
$$;
comment on function fact.close_agent(text) is
'Takes every right from a login that fact.add_agent made, also from the sessions it has open.';

create or replace function fact.drop_agent(login text) returns void
language plpgsql
as $$
begin
    execute format('grant %I to current_user', login);
    perform pg_terminate_backend(a.pid, 5000) from pg_stat_activity as a where a.usename = login;
    execute format('drop role %I', login);
end
$$;
comment on function fact.drop_agent(text) is
'Ends the sessions of a login that fact.close_agent closed, whose temporary tables would hold it, and drops it.';
