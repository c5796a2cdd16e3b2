-- What the logins of agents may do: add results of their own location and see those, nothing else.
--
-- vigie_agent: the group of the logins. The policies look at session_user, whatever role it takes
-- on. A result with attempts may take the place of a missed slot, never of another one.

do $$
begin
    if to_regrole('vigie_agent') is null then
        return; -- said already
    end if;
    grant usage on schema fact to vigie_agent;
    grant select (endpoint_id, key) on fact.endpoint to vigie_agent;
    grant select (location_id, key) on fact.location to vigie_agent;
    grant select (day) on fact.dropped_day to vigie_agent;
    grant select, insert, update on fact.result to vigie_agent;
    grant insert on fact.attempt, fact.dirty_day, fact.fresh_failure, fact.blind_edge to vigie_agent;

    drop policy if exists own_endpoints on fact.endpoint;
    create policy own_endpoints on fact.endpoint as restrictive for select to vigie_agent
    using (endpoint_id in (select own.id from fact.agent_endpoint_ids() as own (id)));

    alter table fact.location enable row level security;
    drop policy if exists whoever_may on fact.location;
    create policy whoever_may on fact.location using (true) with check (true);
    drop policy if exists own_location on fact.location;
    create policy own_location on fact.location as restrictive for select to vigie_agent
    using (location_id = (select fact.agent_location()));

    drop policy if exists own_location on fact.result;
    create policy own_location on fact.result as restrictive to vigie_agent
    using (location_id = (select fact.agent_location()))
    with check (location_id = (select fact.agent_location()));
    drop policy if exists only_missed on fact.result;
    create policy only_missed on fact.result as restrictive for update to vigie_agent
    using (attempts = 0)
    with check (attempts > 0);

    drop policy if exists own_location on fact.attempt;
    create policy own_location on fact.attempt as restrictive to vigie_agent
    using (location_id = (select fact.agent_location()))
    with check (location_id = (select fact.agent_location()));

    alter table fact.blind_edge enable row level security;
    drop policy if exists whoever_may on fact.blind_edge;
    create policy whoever_may on fact.blind_edge using (true) with check (true);
    drop policy if exists own_location on fact.blind_edge;
    create policy own_location on fact.blind_edge as restrictive for insert to vigie_agent
    with check (location_id = (select fact.agent_location()));
end
$$;
