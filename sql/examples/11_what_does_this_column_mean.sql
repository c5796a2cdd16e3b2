-- What does a column mean? The comments are a table.
select d.object, d.name, d.comment
from sla.dictionary as d
where d.object = 'result'
order by d.name nulls first;
