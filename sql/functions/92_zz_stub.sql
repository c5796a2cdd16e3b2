create or replace function fact.rota_now() returns jsonb language sql stable return (select r.spec from fact.rota as r where r.replaced_at is null);
create or replace function fact.crisis_turn(now timestamptz) returns void language plpgsql as $$ begin end $$;
create or replace function fact.open_crisis(incident_id integer, trigger text, actor text, reason text, now timestamptz) returns integer language plpgsql as $$
declare made integer;
begin
 insert into fact.crisis (incident_id, trigger, started, opened_at, opened_by, reason) select open_crisis.incident_id, open_crisis.trigger, i.started, open_crisis.now, open_crisis.actor, open_crisis.reason from fact.incident i where i.incident_id = open_crisis.incident_id on conflict do nothing returning crisis_id into made;
 return made;
end $$;
create or replace function fact.tell_ahead(incident_id integer, now timestamptz) returns void language plpgsql as $$ begin end $$;
