-- The registry as each contract sees it.

create or replace view sla.maintenance as
select c.key as contract, m.*
from fact.contract as c
cross join
    lateral (
        select range_merge(range_agg(tstzrange(w.starts, w.ends))) as span
        from fact.maintenance as w
    ) as registry
cross join lateral sla.maintenance_of(c.key, registry.span) as m
where registry.span is not null;
comment on view sla.maintenance is
'One row per maintenance window and contract whose services it covers. Key: contract, key. sla.maintenance_of gives those of one contract and period.';
comment on column sla.maintenance.contract is 'Key of the contract.';
comment on column sla.maintenance.key is 'Key of the window.';
comment on column sla.maintenance.services is 'The contract''s services that the window covers.';
comment on column sla.maintenance.kind is 'planned (announced ahead) or security (recorded with a reason).';
comment on column sla.maintenance.starts is 'Announced start, UTC.';
comment on column sla.maintenance.ends is
'What it excuses ends here, UTC, exclusive: the announced end, or earlier when it was closed early. An overrun is unplanned.';
comment on column sla.maintenance.announced_at is
'When the customer was told, UTC; null: not announced.';
comment on column sla.maintenance.channel is 'How the customer was told; null: not recorded.';
comment on column sla.maintenance.recipient is 'Who was told; null: not recorded.';
comment on column sla.maintenance.evidence is
'Proof of the announcement: text, or the digest of a file; null: none.';
comment on column sla.maintenance.reason is 'What the window is for.';
comment on column sla.maintenance.notice_days is
'Whole working days strictly between the local days of announcement and start (LEN-05); 0 too when it was not announced or the contract names no calendar for it.';
comment on column sla.maintenance.valid is 'True when it excuses downtime.';
comment on column sla.maintenance.why is 'The first rule that makes it invalid; null when valid.';
comment on column sla.maintenance.down_s is
'Measured inaccessible time inside the window, seconds, valid or not (LEN-04); all of it, whatever the period.';
comment on column sla.maintenance.announced_ends is 'Announced end, UTC, exclusive.';
comment on column sla.maintenance.every_service is
'True when it covers every service, also those that were added later; services lists the contract''s.';
comment on column sla.maintenance.series is
'Key that the windows of one recurrence share; null: it stands alone.';
comment on column sla.maintenance.rule is
'The recurrence in the words of RFC 5545: first start in its zone, length, rule, excepted days; null: none.';
comment on column sla.maintenance.excused_s is
'The part of down_s that it excuses, seconds: 0 when invalid, fewer outside the agreed hours, where a correction leaves time out, and where an enforced cap is used up.';
comment on column sla.maintenance.forbidden_s is
'Announced time inside the hours in which the contract wants no maintenance (LEN-05), seconds; null: security, or the holidays of its year are not known yet.';
comment on column sla.maintenance.cap_s is
'Measured maintenance allowed in the month, quarter or year in which it starts (LEN-05), seconds; null: security, or no cap.';
comment on column sla.maintenance.cap_used_s is
'What all valid planned windows together used of it up to now, overlaps once, seconds; null as cap_s.';
comment on column sla.maintenance.remark is
'What breaks a rule that the plan does not enforce, and where an enforced cap cuts the window; null: nothing.';
comment on column sla.maintenance.recorded_by is 'Who put it into the registry.';
comment on column sla.maintenance.recorded_at is
'When, UTC: after starts where it was recorded afterwards.';

create or replace view sla.correction as
select
    c.key,
    s.key as service,
    n.key as endpoint,
    lower(c.during) as starts,
    upper(c.during) as ends,
    c.effect,
    c.reason,
    c.evidence,
    c.recorded_by,
    c.recorded_at,
    (
        select min(e.recorded_by)
        from fact.correction_event as e
        where
            e.correction_id = c.correction_id
            and e.action = 'approved'
            and fact.is_another_person(e.recorded_by, c.recorded_by)
    ) as approved_by,
    (
        select min(e.recorded_at)
        from fact.correction_event as e
        where e.correction_id = c.correction_id and e.action = 'withdrawn'
    ) as withdrawn_at,
    fact.is_effective(c.correction_id) as effective
from fact.correction as c
left join fact.service as s on s.service_id = c.service_id
left join fact.endpoint as n on n.endpoint_id = c.endpoint_id;
comment on view sla.correction is 'One row per correction. Key: key.';
comment on column sla.correction.key is 'Key of the correction.';
comment on column sla.correction.service is 'The service that it corrects; null: an endpoint.';
comment on column sla.correction.endpoint is 'The endpoint that it corrects; null: a service.';
comment on column sla.correction.starts is 'First instant, UTC.';
comment on column sla.correction.ends is 'End, UTC, exclusive.';
comment on column sla.correction.effect is
'exclude: the span leaves the figure; of an endpoint, the others of its service decide, and where none is left the span leaves the figure. up, down, unknown: it was so, whatever was measured.';
comment on column sla.correction.reason is 'Why the span was measured wrongly.';
comment on column sla.correction.evidence is 'Proof; null: none given.';
comment on column sla.correction.recorded_by is 'Who recorded it.';
comment on column sla.correction.recorded_at is 'When, UTC.';
comment on column sla.correction.approved_by is 'Another person who approved it; null: nobody yet.';
comment on column sla.correction.withdrawn_at is 'When it was withdrawn, UTC; null: it was not.';
comment on column sla.correction.effective is 'True when it changes figures: approved, not withdrawn.';
