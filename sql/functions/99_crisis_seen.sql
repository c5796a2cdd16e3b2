-- What the login of this session may see of crises.

create or replace function fact.seen_crises() returns integer[]
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select
        array(
            select cc.crisis_id from fact.crisis_customer as cc
            where cc.customer_id = any(fact.seen_customers())
        );
end;
comment on function fact.seen_crises() is 'The crises that affect the customer of this login.';

create or replace function fact.shows_internals() returns boolean
language sql stable parallel safe
return fact.sees_all();
comment on function fact.shows_internals() is
'True when views show this login what people of the cell wrote for each other: it may name other customers.';
