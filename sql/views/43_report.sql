-- Reports that were kept: what they said, what became of them, and their files' digests.

create or replace view sla.report as
select
    r.key as report,
    c.key as contract,
    r.scope,
    r.kind,
    r.period,
    lower(r.span) as starts,
    upper(r.span) as ends,
    r.revision,
    told.state,
    fact.report_successor(r.report_id) as replaced_by,
    r.reason,
    r.figures #>> '{availability,verdict}' as verdict,
    r.figures #>> '{availability,percent}' as percent,
    r.figures #>> '{availability,target}' as target,
    r.languages,
    f.sha256,
    f.bytes,
    r.made_at,
    r.made_by,
    r.due_at,
    r.objections_until,
    told.objections,
    told.open_objections,
    told.circulated_at,
    told.issued_at,
    told.issued_by,
    told.issued_early,
    told.sent_at,
    r.place,
    r.previous,
    r.digest,
    r.results_digest,
    r.sla_version,
    r.program_version
from fact.report as r
inner join fact.contract as c on r.contract_id = c.contract_id
cross join
    lateral (
        select
            array_agg(p.sha256 order by p.place) as sha256,
            array_agg(p.bytes order by p.place) as bytes
        from (
            select
                f.sha256,
                octet_length(f.bytes) as bytes,
                array_position(r.languages, f.language) as place
            from fact.report_file as f
            where f.report_id = r.report_id
        ) as p
    ) as f
cross join
    lateral (
        select
            fact.report_state(r.report_id) as state,
            count(*) filter (where e.kind = 'objected')::integer as objections,
            (select count(*)::integer from fact.open_objections(r.report_id)) as open_objections,
            min(e.at) filter (where e.kind = 'circulated') as circulated_at,
            min(e.at) filter (where e.kind = 'issued') as issued_at,
            min(e.actor) filter (where e.kind = 'issued') as issued_by,
            min(e.reason) filter (where e.kind = 'issued') as issued_early,
            min(e.at) filter (where e.kind = 'sent') as sent_at
        from fact.report_event as e
        where e.report_id = r.report_id
    ) as told;
comment on view sla.report is
'One row per revision of a report that was kept. A customer''s login sees those that were issued. Key: report.';
comment on column sla.report.report is 'Key: contract, scope unless it is the solution, period, revision.';
comment on column sla.report.contract is 'Key of the contract.';
comment on column sla.report.scope is 'solution, or the key of a service.';
comment on column sla.report.kind is 'month, quarter or year.';
comment on column sla.report.period is 'The period as people write it: 2026-05, 2026-Q2, 2026.';
comment on column sla.report.starts is 'Start of the period, UTC.';
comment on column sla.report.ends is 'End of the period, exclusive, UTC.';
comment on column sla.report.revision is '1, and one more for each correction.';
comment on column sla.report.state is
'draft; objected: an objection waits for an answer; replaced: a later revision was made before this one was issued; issued; sent; failed: issued, and somebody could not be reached.';
comment on column sla.report.replaced_by is 'Key of the newest later revision; null: there is none.';
comment on column sla.report.reason is 'Why the revision was made; null for the first one.';
comment on column sla.report.verdict is 'The verdict that it prints.';
comment on column sla.report.percent is 'The availability that it prints; null: not applicable.';
comment on column sla.report.target is 'The target that it prints, per cent; null: none was promised.';
comment on column sla.report.languages is 'Languages of its files.';
comment on column sla.report.sha256 is 'SHA-256 of its files in hex, in the order of its languages.';
comment on column sla.report.bytes is 'Size of its files in bytes, in the order of its languages.';
comment on column sla.report.made_at is 'When its figures were read and its files made, UTC.';
comment on column sla.report.made_by is 'Who made it; vigie: the schedule.';
comment on column sla.report.due_at is
'When a report of this period is due by the contract''s schedule, UTC; null: it has none.';
comment on column sla.report.objections_until is
'Until when objections may be made before it is issued, UTC.';
comment on column sla.report.objections is 'Objections that were made.';
comment on column sla.report.open_objections is 'Those that nobody has answered.';
comment on column sla.report.circulated_at is
'When the draft had reached everybody, UTC; null: it did not, or was not sent around.';
comment on column sla.report.issued_at is 'When it was issued, UTC; null: not yet.';
comment on column sla.report.issued_by is 'Who issued it; vigie: the schedule.';
comment on column sla.report.issued_early is
'Why it was issued before the time for objections was over; null: it was not.';
comment on column sla.report.sent_at is
'When the issued report had reached everybody, UTC; null: it did not yet.';
comment on column sla.report.place is 'Its place in the contract''s chain of kept reports, from 1.';
comment on column sla.report.previous is
'Digest of the report at the place before; null: it is the first one.';
comment on column sla.report.digest is
'SHA-256 over what it is, its figures, its files and the digest before: the chain.';
comment on column sla.report.results_digest is
'SHA-256 of the results behind it; null: not known at its time.';
comment on column sla.report.sla_version is 'Version of the definitions that made its figures.';
comment on column sla.report.program_version is 'Version of Vigie that made it.';

create or replace view sla.report_change as
select
    later.key as report,
    earlier.key as since,
    c.path as figure,
    c.before,
    c.after,
    later.reason
from fact.report as later
inner join
    fact.report as earlier
    on
        earlier.contract_id = later.contract_id
        and earlier.scope = later.scope
        and earlier.period = later.period
        and earlier.revision < later.revision
cross join lateral fact.figure_changes(earlier.figures, later.figures) as c;
comment on view sla.report_change is
'One row per figure that differs between two revisions of a report. Key: report, since, figure.';
comment on column sla.report_change.report is 'Key of the later revision.';
comment on column sla.report_change.since is 'Key of the earlier revision.';
comment on column sla.report_change.figure is
'Its place in the figures: availability.percent, outages[2026-05-12T01:00:00Z].elapsed_s; a row of a list that only one revision has is one figure.';
comment on column sla.report_change.before is 'What the earlier one says; null: nothing.';
comment on column sla.report_change.after is 'What the later one says; null: nothing.';
comment on column sla.report_change.reason is 'Why the later revision was made.';

create or replace view sla.report_event as
select
    r.key as report,
    e.event_id as event,
    e.kind,
    e.at,
    e.actor,
    (e.detail ->> 'number')::integer as objection,
    e.reason
from fact.report_event as e
inner join fact.report as r on e.report_id = r.report_id;
comment on view sla.report_event is
'One row per thing that happened to a report. A customer''s login sees those of issued reports. Key: event.';
comment on column sla.report_event.report is 'Key of the report.';
comment on column sla.report_event.event is 'Its number: later ones are greater.';
comment on column sla.report_event.kind is
'drafted; queued: handed to the outbox; circulated: everybody has the draft; objected; answered; issued; sent: everybody has it; failed: somebody could not be reached; opened: the link in a mail was opened for the first time, by a person or by a program that looks at mail.';
comment on column sla.report_event.at is 'When, UTC.';
comment on column sla.report_event.actor is
'Who; vigie: the schedule; for opened, the address that the link was mailed to.';
comment on column sla.report_event.objection is 'Number of the objection; null: it is about none.';
comment on column sla.report_event.reason is
'What was objected or answered, why the revision was made, why it was issued early; null: nothing was said.';
