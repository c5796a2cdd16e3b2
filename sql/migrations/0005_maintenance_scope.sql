-- A window may cover every service. The public view and function gain a column, so they are made
-- anew; an analyst's view on them stops this here, before anything changed.

alter table fact.maintenance add column every_service boolean not null default false;
comment on column fact.maintenance.every_service is
'Covers every service, also those that were added later; fact.maintenance_service then has no row.';

drop view if exists sla.maintenance;
drop function if exists sla.maintenance_of(text, tstzrange);
