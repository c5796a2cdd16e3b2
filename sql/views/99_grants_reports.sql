-- A customer's login sees the reports of its contracts that were issued, and no drafts.

create or replace function fact.seen_reports() returns integer[]
language sql stable security definer parallel safe
set search_path = pg_catalog, pg_temp
begin atomic
    select
        array(
            select r.report_id
            from fact.report as r
            inner join fact.report_event as e on e.report_id = r.report_id
            where r.contract_id = any(fact.seen_contracts()) and e.kind = 'issued'
        );
end;
comment on function fact.seen_reports() is 'The issued reports of this login''s contracts.';

do $$
declare
    protected text;
begin
    if to_regrole('vigie_reader') is null then
        return; -- said already
    end if;
    revoke all on fact.report_schedule from vigie_reader;
    foreach protected in array array['report', 'report_file', 'report_event'] loop
        execute format('alter table fact.%I enable row level security', protected);
        execute format('drop policy if exists whoever_may on fact.%I', protected);
        execute format('drop policy if exists only_own on fact.%I', protected);
        execute format(
            'create policy whoever_may on fact.%I using (true) with check (true)', protected
        );
        execute format(
            'create policy only_own on fact.%I as restrictive for select to vigie_reader'
            ' using ((select fact.sees_all())'
            ' or report_id = any((select fact.seen_reports())::integer[]))',
            protected
        );
    end loop;
end
$$;
