-- What the owner of the public views may read of messages: never their words and addresses, which
-- may be secrets, nor what signs links. A customer's login sees messages to that customer only.

do $$
begin
    if to_regrole('vigie_reader') is null then
        return; -- said already
    end if;
    revoke all on fact.signing_key, fact.outbox, fact.outbox_event from vigie_reader;
    grant select (
        message_id, key, kind, audience, recipient, state, created_at, sent_at, error,
        incident_id, crisis_id
    ) on fact.outbox to vigie_reader;
    grant select (event_id, message_id, kind, at, channel) on fact.outbox_event to vigie_reader;

    alter table fact.outbox enable row level security;
    drop policy if exists whoever_may on fact.outbox;
    create policy whoever_may on fact.outbox using (true) with check (true);
    drop policy if exists only_own on fact.outbox;
    create policy only_own on fact.outbox as restrictive for select to vigie_reader
    using (
        (select fact.sees_all())
        or audience = 'customer'
        and recipient in (
            select c.key from fact.customer as c
            where c.customer_id = any((select fact.seen_customers())::integer[])
        )
    );

    alter table fact.outbox_event enable row level security;
    drop policy if exists whoever_may on fact.outbox_event;
    create policy whoever_may on fact.outbox_event using (true) with check (true);
    drop policy if exists only_own on fact.outbox_event;
    create policy only_own on fact.outbox_event as restrictive for select to vigie_reader
    using (
        (select fact.sees_all())
        or exists (select 1 from fact.outbox as o where o.message_id = outbox_event.message_id)
    );
end
$$;
