-- What the login of this session may see of disputes.

create or replace function fact.seen_disputes() returns integer[]
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select
        array(
            select d.dispute_id from fact.dispute as d
            where d.contract_id = any(fact.seen_contracts())
        );
end;
comment on function fact.seen_disputes() is 'The disputes of this login''s contracts.';
