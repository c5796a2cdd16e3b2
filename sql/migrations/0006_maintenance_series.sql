-- Windows may recur: each is a row of its own, those of one rule share a key. The public view and
-- function gain columns, so they are made anew.

alter table fact.maintenance
add column series text,
add column rule text,
add constraint series_has_its_rule check ((series is null) = (rule is null));
comment on column fact.maintenance.series is
'Key that the windows of one recurrence share; null: it stands alone.';
comment on column fact.maintenance.rule is
'The recurrence as it was given, in the words of RFC 5545: start in its zone, rule, excepted days.';
create index maintenance_series on fact.maintenance (series) where series is not null;
comment on index fact.maintenance_series is 'Serves the windows of a series.';

drop view if exists sla.maintenance;
drop function if exists sla.maintenance_of(text, tstzrange);
