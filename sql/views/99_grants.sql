-- Who may read what. Applied after every change of the definitions, because replacing one forgets
-- how it was secured.
--
-- vigie_analyst: the group of the logins; may use schema sla and nothing else.
-- vigie_reader: nobody's login. It owns the views and the functions of sla, which therefore read
-- the tables under its row-level security, whoever asks; the policies look at session_user.

do $$
declare
    protected record;
    held record;
begin
    begin
        if to_regrole('vigie_analyst') is null then
            create role vigie_analyst nologin;
        end if;
        if to_regrole('vigie_reader') is null then
            create role vigie_reader nologin;
        end if;
        if to_regrole('vigie_agent') is null then
            create role vigie_agent nologin;
        end if;
    exception
        -- Another database of this server was migrated at the same time.
        when duplicate_object or unique_violation then null;
    end;
    if not pg_has_role(current_user, 'vigie_reader', 'usage') then
        execute format('grant vigie_reader to %I', current_user);
    end if;

    grant usage, create on schema fact, sla to vigie_reader;
    grant select on all tables in schema fact to vigie_reader;
    revoke all on fact.analyst_login, fact.agent_login, fact.agent, fact.catalogue_state, fact.reference
    from vigie_reader;

    for protected in
        select * from (values
            ('customer', 'customer_id', 'seen_customers'),
            ('contract', 'contract_id', 'seen_contracts'),
            ('contract_version', 'contract_id', 'seen_contracts'),
            ('service', 'service_id', 'seen_services'),
            ('service_version', 'service_id', 'seen_services'),
            ('service_endpoint', 'service_id', 'seen_services'),
            ('contract_service', 'service_id', 'seen_services'),
            ('endpoint', 'endpoint_id', 'seen_endpoints'),
            ('endpoint_version', 'endpoint_id', 'seen_endpoints'),
            ('endpoint_day', 'endpoint_id', 'seen_endpoints'),
            ('result', 'endpoint_id', 'seen_endpoints'),
            ('evidence', 'endpoint_id', 'seen_endpoints'),
            ('attempt', 'endpoint_id', 'seen_endpoints'),
            ('calendar', 'calendar_id', 'seen_calendars'),
            ('calendar_hours', 'calendar_id', 'seen_calendars'),
            ('calendar_day', 'calendar_id', 'seen_calendars'),
            ('calendar_year', 'calendar_id', 'seen_calendars'),
            ('maintenance', 'maintenance_id', 'seen_windows'),
            ('maintenance_service', 'maintenance_id', 'seen_windows'),
            ('maintenance_event', 'maintenance_id', 'seen_windows'),
            ('correction', 'correction_id', 'seen_corrections'),
            ('correction_event', 'correction_id', 'seen_corrections'),
            ('dispute', 'contract_id', 'seen_contracts'),
            ('dispute_result', 'dispute_id', 'seen_disputes'),
            ('incident', 'incident_id', 'seen_incidents'),
            ('incident_service', 'service_id', 'seen_services'),
            ('incident_event', 'incident_id', 'seen_incidents')
        ) as p (name, id, seen)
    loop
        execute format('alter table fact.%I enable row level security', protected.name);
        execute format('drop policy if exists whoever_may on fact.%I', protected.name);
        execute format('drop policy if exists only_own on fact.%I', protected.name);
        -- Roles that were given the table keep all of its rows.
        execute format(
            'create policy whoever_may on fact.%I using (true) with check (true)', protected.name
        );
        execute format(
            'create policy only_own on fact.%I as restrictive for select to vigie_reader'
            ' using ((select fact.sees_all()) or %I = any((select fact.%I())::integer[]))',
            protected.name, protected.id, protected.seen
        );
    end loop;

    -- A barrier: a condition of the asker's own must not meet rows that the view leaves out.
    for held in
        select c.oid::regclass as name from pg_class as c
        where
            c.relkind = 'v'
            and (c.relnamespace = 'sla'::regnamespace or c.oid = 'fact.scope_period'::regclass)
    loop
        execute format('alter view %s owner to vigie_reader', held.name);
        execute format('alter view %s set (security_barrier = true)', held.name);
    end loop;

    -- The public functions that read, and those private ones that views call.
    for held in
        select p.oid::regprocedure as name
        from pg_proc as p
        where
            p.provolatile <> 'i'
            and (
                p.pronamespace = 'sla'::regnamespace
                or p.pronamespace = 'fact'::regnamespace
                and exists (
                    select 1
                    from pg_depend as d
                    inner join pg_rewrite as r on r.oid = d.objid
                    inner join pg_class as v on v.oid = r.ev_class
                    where
                        d.classid = 'pg_rewrite'::regclass
                        and d.refclassid = 'pg_proc'::regclass
                        and d.refobjid = p.oid
                        and v.relnamespace in ('sla'::regnamespace, 'fact'::regnamespace)
                )
            )
    loop
        execute format(
            'alter function %s security definer set search_path = pg_catalog, pg_temp', held.name
        );
        execute format('alter function %s owner to vigie_reader', held.name);
    end loop;

    -- It tells how many customers an outage hit, never which: a crisis is one for everybody.
    alter function fact.hit_customers(text[], tstzrange)
    security definer set search_path = pg_catalog, pg_temp;
    revoke execute on function fact.hit_customers(text[], tstzrange) from public;
    grant execute on function fact.hit_customers(text[], tstzrange) to vigie_reader;

    grant usage on schema sla to vigie_analyst;
    grant select on all tables in schema sla to vigie_analyst;
    grant execute on all functions in schema sla to vigie_analyst;
exception
    when insufficient_privilege or undefined_object then
        raise warning
            'logins for analysts are not possible: % (migrate as a user with CREATEROLE)', sqlerrm;
end
$$;
