-- What was recorded stays as it was recorded: changes are new rows.

-- With what was made of it; all functions are made anew after the migrations.
drop function if exists fact.service_state(integer, tstzmultirange, boolean) cascade;
drop function if exists sla.maintenance_of(text, tstzrange) cascade;

create function fact.refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception '%.% is append-only: nothing in it is changed or removed',
        tg_table_schema, tg_table_name
        using
            errcode = 'restrict_violation',
            hint = 'Record a withdrawal, which is a new row: vigie maintenance withdraw, vigie correction withdraw.';
end
$$;
comment on function fact.refuse_change() is 'Holds the registries to what their commands do: add rows.';

create trigger append_only before update or delete or truncate on fact.maintenance
for each statement execute function fact.refuse_change();
create trigger append_only before update or delete or truncate on fact.maintenance_service
for each statement execute function fact.refuse_change();
create trigger append_only before update or delete or truncate on fact.maintenance_event
for each statement execute function fact.refuse_change();
create trigger append_only before update or delete or truncate on fact.correction
for each statement execute function fact.refuse_change();
create trigger append_only before update or delete or truncate on fact.correction_event
for each statement execute function fact.refuse_change();
