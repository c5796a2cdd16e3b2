-- What the login of this session may see. They read the tables as their owner, whoever asks;
-- session_user stays the login, whatever role it takes on.

create or replace function fact.sees_all() returns boolean
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select
        -- Who may read the tables themselves needs no further permission.
        has_table_privilege(session_user, 'fact.customer'::regclass, 'select')
        or exists (
            select 1 from fact.analyst_login as a
            where a.login = session_user::text and a.customer_id is null
        );
end;
comment on function fact.sees_all() is 'True when this login may see every customer.';

create or replace function fact.seen_customers() returns integer[]
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select
        array(
            select a.customer_id from fact.analyst_login as a
            where a.login = session_user::text and a.customer_id is not null
        );
end;
comment on function fact.seen_customers() is 'The customer of this login; empty without one.';

create or replace function fact.seen_contracts() returns integer[]
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select
        array(
            select c.contract_id from fact.contract as c
            where c.customer_id = any(fact.seen_customers())
        );
end;
comment on function fact.seen_contracts() is 'The contracts that this login may see.';

create or replace function fact.seen_services() returns integer[]
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select
        array(
            select distinct cs.service_id
            from fact.contract_version as v
            inner join fact.contract_service as cs on cs.version_id = v.version_id
            where v.contract_id = any(fact.seen_contracts())
        );
end;
comment on function fact.seen_services() is 'The services that this login''s contracts cover or covered.';

create or replace function fact.seen_endpoints() returns integer[]
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select
        array(
            select distinct se.endpoint_id from fact.service_endpoint as se
            where se.service_id = any(fact.seen_services())
        );
end;
comment on function fact.seen_endpoints() is 'The endpoints of those services.';

create or replace function fact.seen_calendars() returns integer[]
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select
        array(
            select distinct other.calendar_id
            from fact.contract_version as v
            cross join
                lateral unnest(
                    array[v.hours, v.interruption_calendar, v.notice_calendar, v.outside]
                ) as named (calendar_id)
            inner join fact.calendar as c on c.calendar_id = named.calendar_id
            -- Other wordings of the same calendar, the current one among them.
            inner join fact.calendar as other on other.key = c.key
            where v.contract_id = any(fact.seen_contracts())
            union
            -- What else they may mean, in the readings of their contracts.
            select other.calendar_id
            from fact.contract_version as v
            cross join
                lateral jsonb_path_query(v.terms, '$.open[*].others[*]') as meant (key)
            inner join fact.calendar as other on other.key = meant.key #>> '{}'
            where v.contract_id = any(fact.seen_contracts())
        );
end;
comment on function fact.seen_calendars() is 'The calendars that this login''s contracts name, or may mean.';

create or replace function fact.seen_windows() returns integer[]
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select
        array(
            select ms.maintenance_id from fact.maintenance_service as ms
            where ms.service_id = any(fact.seen_services())
            union
            select m.maintenance_id from fact.maintenance as m
            where m.every_service and fact.seen_services() <> '{}'
        );
end;
comment on function fact.seen_windows() is 'The maintenance windows of those services, and those of every service.';

create or replace function fact.seen_corrections() returns integer[]
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select
        array(
            select c.correction_id from fact.correction as c
            where
                c.service_id = any(fact.seen_services())
                or c.endpoint_id = any(fact.seen_endpoints())
        );
end;
comment on function fact.seen_corrections() is 'The corrections of those services and endpoints.';

create or replace function fact.seen_incidents() returns integer[]
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select
        array(
            select distinct i.incident_id from fact.incident_service as i
            where i.service_id = any(fact.seen_services())
        );
end;
comment on function fact.seen_incidents() is 'The incidents of those services.';

create or replace function fact.add_analyst(login text, customer text, secret text) returns void
language plpgsql
as $$
declare
    bound_id integer;
begin
    if to_regrole('vigie_analyst') is null then
        raise exception 'this database has no role vigie_analyst'
            using hint = 'Run vigie db migrate as a user with CREATEROLE.';
    end if;
    if login !~ '^[a-z][a-z0-9_]{0,62}$' then
        raise exception 'login "%": not a name', login
            using hint = 'Write lower-case letters, digits and _, beginning with a letter.';
    end if;
    if to_regrole(login) is not null then
        raise exception 'login "%": this server has a role of that name', login
            using hint = 'Choose another name.';
    end if;
    if customer is not null then
        select c.customer_id into bound_id from fact.customer as c where c.key = customer;
        if bound_id is null then
            raise exception 'customer "%": there is none of this key', customer
                using hint = 'Customers: ' || coalesce(
                    (select string_agg(c.key, ', ' order by c.key) from fact.customer as c),
                    'none; vigie apply adds those of contracts'
                ) || '.';
        end if;
    end if;
    execute format(
        'create role %I login password %L connection limit 8 in role vigie_analyst', login, secret
    );
    execute format('alter role %I set default_transaction_read_only = on', login);
    execute format('alter role %I set statement_timeout = %L', login, '5min');
    insert into fact.analyst_login (login, customer_id) values (login, bound_id);
end
$$;
comment on function fact.add_analyst(text, text, text) is
'Makes a login that may read schema sla: of one customer, or of all when customer is null.';

create or replace function fact.remove_analyst(login text) returns void
language plpgsql
as $$
begin
    delete from fact.analyst_login as a where a.login = remove_analyst.login;
    if not found then
        raise exception 'login "%": no analyst of this database', login
            using hint = 'List them with: vigie db analyst list.';
    end if;
    execute format('drop role if exists %I', login);
end
$$;
comment on function fact.remove_analyst(text) is 'Removes a login that fact.add_analyst made.';
