-- Who is called, in which order and how.

create table fact.rota (
    rota_id integer generated always as identity primary key,
    spec jsonb not null,
    recorded_at timestamptz not null,
    replaced_at timestamptz,
    constraint rota_is_replaced_later check (replaced_at >= recorded_at)
);
comment on table fact.rota is
'One row per wording of the rota: people, their roles and channels, levels of escalation and the crisis terms of the provider. Secrets are left as placeholders.';
create unique index rota_current on fact.rota ((true)) where replaced_at is null;
comment on index fact.rota_current is 'One wording is current.';
