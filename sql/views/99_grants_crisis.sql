-- A customer's login sees the crises that affect it, and nothing of other customers in them.

do $$
declare
    protected record;
begin
    if to_regrole('vigie_reader') is null then
        return; -- said already
    end if;
    for protected in
        select * from (values
            ('crisis', 'crisis_id = any((select fact.seen_crises())::integer[])'),
            ('crisis_service', 'crisis_id = any((select fact.seen_crises())::integer[])'),
            ('crisis_event', 'crisis_id = any((select fact.seen_crises())::integer[])'),
            ('crisis_customer', 'customer_id = any((select fact.seen_customers())::integer[])'),
            ('anomaly', 'customer_id = any((select fact.seen_customers())::integer[])'),
            -- What the provider decides for itself is nobody else's business.
            ('crisis_action', 'false'),
            ('crisis_action_done', 'false')
        ) as p (name, own)
    loop
        execute format('alter table fact.%I enable row level security', protected.name);
        execute format('drop policy if exists whoever_may on fact.%I', protected.name);
        execute format('drop policy if exists only_own on fact.%I', protected.name);
        execute format(
            'create policy whoever_may on fact.%I using (true) with check (true)', protected.name
        );
        execute format(
            'create policy only_own on fact.%I as restrictive for select to vigie_reader'
            ' using ((select fact.sees_all()) or %s)',
            protected.name, protected.own
        );
    end loop;
end
$$;
