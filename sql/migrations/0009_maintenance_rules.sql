-- When maintenance is allowed besides a calendar's closed hours, and which of its rules a plan
-- enforces. The public view and function gain columns, so they are made anew.

alter table fact.contract_version
add column night_opens interval,
add column night_closes interval,
add column enforced text[] not null default '{}',
add constraint night_is_whole check ((night_opens is null) = (night_closes is null)),
add constraint night_opens_before_it_closes check (night_opens < night_closes),
add constraint enforced_is_known check (enforced <@ array['outside', 'cap']);
comment on column fact.contract_version.night_opens is
'Maintenance is allowed from this local time on, since midnight, whatever the calendar says.';
comment on column fact.contract_version.night_closes is 'May lie on the next day: 22:00 to 30:00.';
comment on column fact.contract_version.enforced is
'Rules of maintenance whose breach excuses nothing; the others are flagged.';

drop view if exists sla.maintenance;
drop function if exists sla.maintenance_of(text, tstzrange);
