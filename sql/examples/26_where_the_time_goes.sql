-- Where does the time of a good answer go: name, connection, TLS, or the server?
select
    r.endpoint,
    count(*) as results,
    round(avg(r.dns_us) / 1000, 1) as dns_ms,
    round(avg(r.connect_us) / 1000, 1) as connect_ms,
    round(avg(r.tls_us) / 1000, 1) as tls_ms,
    round(avg(r.first_byte_us) / 1000, 1) as first_byte_ms,
    round(avg(r.duration_us) / 1000, 1) as whole_ms
from sla.result as r
where r.outcome = 'up' and r.at > sla.as_of() - interval '1 day'
group by r.endpoint
order by whole_ms desc nulls last;
