-- In which crises did customers wait more than 15 minutes for the first word, or still do?
select c.crisis, c.services, c.customers, c.opened_at, c.to_first_message_s, c.overdue_alarms
from sla.crisis as c
where
    c.set_aside_at is null
    and (
        c.to_first_message_s > 900
        or c.first_customer_message_at is null and c.opened_at < sla.as_of() - interval '15 minutes'
    )
order by c.opened_at desc;
