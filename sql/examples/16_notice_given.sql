-- How long ahead, and how, were customers told of each maintenance window?
select
    m.contract,
    m.key,
    m.starts,
    m.starts - m.announced_at as ahead,
    m.notice_days as working_days,
    m.channel,
    m.recipient,
    m.valid
from sla.maintenance as m
where m.kind = 'planned'
order by m.notice_days, m.starts;
