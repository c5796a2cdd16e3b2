-- The comments themselves, to be read in SQL.

create or replace view sla.dictionary as
select
    'view' as kind,
    c.relname::text as object,
    a.attname::text as name,
    format_type(a.atttypid, a.atttypmod) as type,
    col_description(c.oid, a.attnum) as comment
from pg_class as c
inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0
where c.relnamespace = 'sla'::regnamespace and c.relkind = 'v'
union all
select 'view', c.relname::text, null, null, obj_description(c.oid, 'pg_class')
from pg_class as c
where c.relnamespace = 'sla'::regnamespace and c.relkind = 'v'
union all
select
    'function',
    p.proname::text,
    pg_get_function_identity_arguments(p.oid),
    pg_get_function_result(p.oid),
    obj_description(p.oid, 'pg_proc')
from pg_proc as p
where p.pronamespace = 'sla'::regnamespace;
comment on view sla.dictionary is
'One row per public object and per column of a view. Key: kind, object, name.';
comment on column sla.dictionary.kind is 'view or function.';
comment on column sla.dictionary.object is 'Its name in schema sla.';
comment on column sla.dictionary.name is
'Column; arguments of a function; null for the view itself.';
comment on column sla.dictionary.type is 'Type of the column, or result of the function.';
comment on column sla.dictionary.comment is 'What it means: grain, unit, null, rule.';
