-- What is watched and what was promised, by key.

create or replace view sla.service as
select
    s.key as service,
    s.name,
    case
        when v.every_endpoint then 'all'
        when v.at_least is null then 'any'
        else 'at least ' || v.at_least
    end as down_when,
    v.valid
from fact.service as s
inner join fact.service_version as v on v.service_id = s.service_id;
comment on view sla.service is
'One row per service and rule. Key: service, valid.';
comment on column sla.service.service is 'Key of the service.';
comment on column sla.service.name is 'Name for people.';
comment on column sla.service.down_when is
'How many of its endpoints must be down: any, all, or at least n (design: three-valued logic).';
comment on column sla.service.valid is 'When the rule held; the first reaches back without limit.';

create or replace view sla.endpoint as
select
    e.key as endpoint,
    s.key as service,
    m.during,
    v.valid,
    trim_scale(extract(epoch from v.every)) as every_s,
    v.quorum,
    v.since,
    v.until,
    v.spec
from fact.endpoint as e
inner join fact.endpoint_version as v on v.endpoint_id = e.endpoint_id
inner join fact.service_endpoint as m
    on m.endpoint_id = e.endpoint_id and m.during && v.valid
inner join fact.service as s on s.service_id = m.service_id;
comment on view sla.endpoint is
'One row per endpoint, version and service it belonged to. Key: endpoint, valid, during.';
comment on column sla.endpoint.endpoint is 'Key of the endpoint.';
comment on column sla.endpoint.service is 'Key of its service.';
comment on column sla.endpoint.during is 'While the catalogue listed it in that service.';
comment on column sla.endpoint.valid is 'While it was probed in this way.';
comment on column sla.endpoint.every_s is 'Interval between slots, seconds.';
comment on column sla.endpoint.quorum is
'How many locations must say down: majority, any or all of those that cover the instant.';
comment on column sla.endpoint.since is 'Counts from here; null: from its first result.';
comment on column sla.endpoint.until is 'Counts up to here; null: no end.';
comment on column sla.endpoint.spec is 'The catalogue''s words: target and expectations.';

create or replace view sla.contract as
select
    c.key as contract,
    u.key as customer,
    u.name as customer_name,
    v.version_id as version,
    v.valid,
    v.plan,
    v.timezone,
    v.target,
    v.basis,
    v.maintenance,
    v.unknown,
    trim_scale(extract(epoch from v.interruption_max)) as interruption_max_s,
    v.recorded_at,
    v.replaced_at,
    array(
        select s.key from fact.contract_service as cs
        inner join fact.service as s on s.service_id = cs.service_id
        where cs.version_id = v.version_id and cs.essential
        order by cs.position
    ) as essential,
    array(
        select s.key from fact.contract_service as cs
        inner join fact.service as s on s.service_id = cs.service_id
        where cs.version_id = v.version_id and not cs.essential
        order by cs.position
    ) as other,
    coalesce(v.terms -> 'accepted', '{}') as accepted,
    v.terms @> '{"demonstration": true}' as demonstration
from fact.contract_version as v
inner join fact.contract as c on c.contract_id = v.contract_id
inner join fact.customer as u on u.customer_id = c.customer_id;
comment on view sla.contract is
'One row per contract version, superseded wordings included (replaced_at). Key: version.';
comment on column sla.contract.contract is 'Key of the contract.';
comment on column sla.contract.customer is 'Key of the customer.';
comment on column sla.contract.customer_name is 'Name of the customer.';
comment on column sla.contract.version is 'Number of the version; printed in reports.';
comment on column sla.contract.valid is 'The contract''s local days, as instants.';
comment on column sla.contract.plan is 'Key of the plan whose terms it uses.';
comment on column sla.contract.timezone is 'Zone of its months and years.';
comment on column sla.contract.target is 'Promised share of committed time; null: none promised.';
comment on column sla.contract.basis is
'Periods that carry the contractual verdict; the others are indicators.';
comment on column sla.contract.maintenance is
'downtime: measured inaccessibility leaves; window: the whole window leaves; up: planned counts as up.';
comment on column sla.contract.unknown is 'How unknown time counts: neither, up or down.';
comment on column sla.contract.interruption_max_s is
'Longest interruption promised, seconds; null: none.';
comment on column sla.contract.recorded_at is 'When this wording was recorded, UTC.';
comment on column sla.contract.replaced_at is 'When another wording superseded it; null: in force.';
comment on column sla.contract.essential is 'Services whose outage is one of the solution.';
comment on column sla.contract.other is 'Further services that the contract covers.';
comment on column sla.contract.accepted is
'What the text leaves open and both sides accepted so, by the code or the term that vigie contract lint names: a JSON object of reasons.';
comment on column sla.contract.demonstration is
'True where the results are made up; every report of such a version says so.';
