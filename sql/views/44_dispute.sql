-- The logs that customers hold against our figures.

create or replace view sla.dispute as
select
    d.key,
    c.key as contract,
    r.services,
    r.results,
    r.results_down,
    r.first_at,
    r.last_at,
    trim_scale(extract(epoch from d.every)) as every_s,
    d.file,
    d.sha256,
    d.note,
    d.recorded_by,
    d.recorded_at
from fact.dispute as d
inner join fact.contract as c on c.contract_id = d.contract_id
cross join
    lateral (
        select
            array_agg(distinct s.key order by s.key) as services,
            count(*) as results,
            count(*) filter (where o.outcome = 'down') as results_down,
            min(o.at) as first_at,
            max(o.at) as last_at
        from fact.dispute_result as o
        inner join fact.service as s on s.service_id = o.service_id
        where o.dispute_id = d.dispute_id
    ) as r;
comment on view sla.dispute is
'One row per probe log of a customer that was imported for a contract. It changes no figure. Key: key.';
comment on column sla.dispute.key is 'Key of the dispute.';
comment on column sla.dispute.contract is 'Key of the contract.';
comment on column sla.dispute.services is 'Keys of the services that the log speaks of.';
comment on column sla.dispute.results is 'How many results the log has.';
comment on column sla.dispute.results_down is 'How many of them say down.';
comment on column sla.dispute.first_at is 'Its first result, UTC.';
comment on column sla.dispute.last_at is 'Its last result, UTC.';
comment on column sla.dispute.every_s is
'For how long one of its results speaks, seconds, where no other follows within 1.5 times as long.';
comment on column sla.dispute.file is 'Name of the file.';
comment on column sla.dispute.sha256 is 'SHA-256 of the file, as it was given.';
comment on column sla.dispute.note is 'What was noted with it; null: nothing.';
comment on column sla.dispute.recorded_by is 'Who imported it.';
comment on column sla.dispute.recorded_at is 'When, UTC.';

create or replace view sla.dispute_result as
select d.key as dispute, s.key as service, r.at, r.outcome::text as outcome, r.reason, r.line
from fact.dispute_result as r
inner join fact.dispute as d on d.dispute_id = r.dispute_id
inner join fact.service as s on s.service_id = r.service_id;
comment on view sla.dispute_result is
'One row per result of a customer''s log. Key: dispute, service, at.';
comment on column sla.dispute_result.dispute is 'Key of the dispute.';
comment on column sla.dispute_result.service is 'Key of the service.';
comment on column sla.dispute_result.at is 'When the customer probed, UTC.';
comment on column sla.dispute_result.outcome is 'up or down, as the customer saw it.';
comment on column sla.dispute_result.reason is 'In the customer''s words; null: none.';
comment on column sla.dispute_result.line is 'Line of the file; 1 is its header.';
