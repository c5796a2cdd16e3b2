-- Reports that were given out, or proposed: frozen with their files, in numbered revisions.

create table fact.report (
    report_id integer generated always as identity primary key,
    key text not null unique,
    contract_id integer not null references fact.contract,
    place integer not null,
    scope text not null,
    kind text not null,
    period text not null,
    span tstzrange not null,
    revision integer not null,
    reason text,
    languages text[] not null,
    figures jsonb not null,
    results_digest text,
    contract_version integer not null references fact.contract_version,
    sla_version text not null,
    program_version text not null,
    made_at timestamptz not null,
    made_by text not null,
    due_at timestamptz,
    objections_until timestamptz not null,
    previous text,
    digest text not null,
    constraint report_is_kept_once unique (contract_id, scope, period, revision),
    constraint report_has_its_place unique (contract_id, place),
    constraint report_kind_is_known check (kind in ('month', 'quarter', 'year')),
    constraint revision_counts_from_one check (revision >= 1 and place >= 1),
    constraint revision_has_a_reason check ((revision > 1) = (reason is not null)),
    constraint first_report_follows_none check ((place = 1) = (previous is null)),
    constraint report_speaks_a_language check (cardinality(languages) > 0)
);
comment on table fact.report is
'One row per revision of a report that was kept: draft or issued. Append-only; what happened to it is in fact.report_event.';
comment on column fact.report.place is
'Its place among all kept reports of the contract, from 1: the chain has no gap.';
comment on column fact.report.period is 'As people write it: 2026-05, 2026-Q2, 2026.';
comment on column fact.report.figures is 'All figures that it prints, as they were.';
comment on column fact.report.results_digest is
'SHA-256 of the results behind it, where the definitions of its time could tell.';
comment on column fact.report.contract_version is 'The terms in force at the end of the period.';
comment on column fact.report.due_at is
'When the schedule wanted it, by the terms of the time it was made; null: it had none.';
comment on column fact.report.objections_until is 'A draft is not issued before, unless for a reason.';
comment on column fact.report.previous is 'Digest of the report at the place before.';
comment on column fact.report.digest is 'SHA-256 of fact.report_text.';

create table fact.report_file (
    report_id integer not null references fact.report,
    language text not null,
    sha256 text not null,
    bytes bytea not null,
    primary key (report_id, language),
    constraint file_is_what_its_digest_says check (sha256 = encode(sha256(bytes), 'hex'))
);
comment on table fact.report_file is
'The PDF of a report, once for each of its languages. Append-only.';
-- A PDF is compressed already.
alter table fact.report_file alter column bytes set storage external;

create table fact.report_event (
    event_id integer generated always as identity primary key,
    report_id integer not null references fact.report,
    kind text not null,
    at timestamptz not null,
    actor text not null,
    reason text,
    detail jsonb not null default '{}',
    recorded_at timestamptz not null default clock_timestamp(),
    constraint report_event_kind_is_known check (
        kind in (
            'drafted', -- it was kept
            'queued', -- detail.stage (draft or issued), detail.messages: to whom it goes
            'circulated', -- everybody has the draft
            'objected', -- reason: what is wrong with it; detail.number
            'answered', -- detail.number, reason: what was answered
            'issued', -- nothing of it changes any more; reason: why before its time
            'sent', -- everybody has it
            'failed' -- it reached somebody by no way; detail.messages
        )
    )
);
comment on table fact.report_event is
'What happened to a report, with who, when and why. Append-only: its state follows from it.';
comment on column fact.report_event.actor is 'A person, or vigie.';
create index report_event_report on fact.report_event (report_id, event_id);
comment on index fact.report_event_report is 'Serves the state of a report.';
create unique index report_is_issued_once on fact.report_event (report_id) where kind = 'issued';
comment on index fact.report_is_issued_once is 'Whatever runs at once.';

create table fact.report_schedule (
    only_row boolean primary key default true,
    since timestamptz not null default clock_timestamp(),
    constraint report_schedule_is_one_row check (only_row)
);
comment on table fact.report_schedule is
'Since when reports are made by the clock. What was due before is history, and nobody is sent it.';
insert into fact.report_schedule default values;

create function fact.refuse_report_change() returns trigger
language plpgsql
as $$
begin
    raise exception '%.% is append-only: nothing in it is changed or removed',
        tg_table_schema, tg_table_name
        using
            errcode = 'restrict_violation',
            hint = 'A correction is a new revision: vigie report revise.';
end
$$;
comment on function fact.refuse_report_change() is 'Keeps reports as they were given out.';

create trigger append_only before update or delete or truncate on fact.report
for each statement execute function fact.refuse_report_change();
create trigger append_only before update or delete or truncate on fact.report_file
for each statement execute function fact.refuse_report_change();
create trigger append_only before update or delete or truncate on fact.report_event
for each statement execute function fact.refuse_report_change();
