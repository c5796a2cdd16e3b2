-- Which actions of past crises are open, whose are they, and which are past due?
select a.action, a.crisis, a.what, a.owner, a.due, a.due < sla.as_of()::date as past_due
from sla.crisis_action as a
where a.done_at is null
order by a.due, a.action;
