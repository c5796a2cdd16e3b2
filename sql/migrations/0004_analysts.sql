-- Who may read the figures, and of which customer.

create table fact.analyst_login (
    login text primary key,
    customer_id integer references fact.customer,
    added_at timestamptz not null default now()
);
comment on table fact.analyst_login is
'One row per login for analysts. A login of the group that has no row here sees nothing: groups belong to the whole server, this table to one database.';
comment on column fact.analyst_login.customer_id is
'Sees only what belongs to this customer; null: everything.';
