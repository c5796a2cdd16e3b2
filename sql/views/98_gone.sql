-- Functions that others replaced, dropped once nothing calls them any more.
-- A migration would come too early: what is public still calls them then.

drop function if exists fact.availability(text, text, tstzrange, boolean, text, text);
drop function if exists fact.measured(text, text, tstzrange, boolean, text, text);
drop function if exists fact.outage_reach(text, text, tstzrange);
drop function if exists fact.outage_reach(text, text, tstzrange, fact.reading);
drop function if exists fact.slam_scope(text, tstzrange);
drop function if exists fact.scope_class(text, text, tstzrange, boolean, text);
drop function if exists fact.service_class(text, text, tstzrange, boolean, text);
drop function if exists fact.contract_piece(text, tstzrange);
drop function if exists fact.beyond_cap(integer, tstzrange);
drop function if exists fact.maintenance_use(integer, tstzrange);
drop function if exists fact.valid_windows(integer, integer, tstzrange);
drop function if exists fact.windows_of_kind(integer, integer, tstzrange, text);
drop function if exists fact.why_invalid(integer, integer);
drop function if exists fact.forbidden_hours(integer, tstzrange);
drop function if exists fact.is_working_day(integer, date);
drop function if exists fact.active_crisis(integer[]);
drop function if exists fact.call_crisis(
    integer[], tstzmultirange, interval, integer, timestamptz
);
drop function if exists fact.warn_ahead(
    integer[], tstzmultirange, integer, interval, timestamptz
);
drop function if exists fact.slam(text, tstzrange, integer);
drop function if exists fact.budget_outlook(text, text, timestamptz);
drop function if exists fact.counted_class(text, text, tstzrange, fact.reading);
drop function if exists fact.local_period(text, date, text);
