-- Reports that are kept. What is refused, is refused by the functions.

-- name: report_newest
-- The newest revision of a contract's ($1) report of a scope ($2) and period ($3).
select
    r.report,
    r.revision,
    r.state,
    r.made_at,
    r.issued_at,
    r.languages
from sla.report as r
where r.contract = $1 and r.scope = $2 and r.period = $3
order by r.revision desc
limit 1;

-- name: report_revisions
-- Every revision of a contract's ($1) report of a scope ($2) and period ($3), the first one first,
-- with the name of who made it.
select
    r.report,
    r.revision,
    r.made_at,
    fact.name_of(coalesce(fact.person_of(r.made_by), r.made_by)) as made_by,
    r.reason,
    r.issued_at
from sla.report as r
where r.contract = $1 and r.scope = $2 and r.period = $3
order by r.revision;

-- name: report_head
-- The last report in a contract's ($1) chain.
select
    r.report,
    r.place,
    r.digest
from sla.report as r
where r.contract = $1
order by r.place desc
limit 1;

-- name: report_ahead
-- What is known of a report before it is kept: contract ($1), scope ($2), period ($3), revision
-- ($4), span ($5), and when it is made ($6), by whom ($7).
select
    fact.report_key($1, $2, $3, $4) as key,
    fact.name_of(coalesce(fact.person_of($7), $7)) as made_by,
    fact.objections_until(fact.contract_id($1), $5, $6) as objections_until;

-- name: report_changes_from
-- What differs between a kept report ($1) and figures ($2) that are not kept yet.
select
    c.path as figure,
    c.before,
    c.after
from fact.report as r
cross join lateral fact.figure_changes(r.figures, $2::jsonb) as c
where r.key = $1;

-- name: report_keep
-- Keeps a draft; the arguments are those of the function.
select
    fact.keep_report(
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, $14, $15, $16
    );

-- name: report_object
-- Records an objection to a report ($1) by somebody ($2), and why ($3); $4 instant.
select fact.object_report($1, $2, $3, $4);

-- name: report_answer
-- Records the answer ($4) to an objection ($2; null: the only one) to a report ($1) by somebody
-- ($3); $5 instant.
select fact.answer_objection($1, $2, $3, $4, $5);

-- name: report_issue
-- Issues a report ($1), as somebody ($2) decides, early for a reason ($3); $4 instant.
select fact.issue_report($1, $2, $3, $4);

-- name: report_contract
-- The contract of a key ($1); an unknown one is refused.
select fact.contract_id($1) as contract_id;

-- name: report_list
-- The reports of the newest periods ($2), of a contract ($1; null: any).
select r.*
from sla.report as r
where
    r.report in (
        select k.key
        from fact.report as k
        inner join fact.contract as c on k.contract_id = c.contract_id
        where c.key = $1 or $1::text is null
        order by lower(k.span) desc, k.report_id desc
        limit $2
    )
order by r.starts desc, r.contract asc, r.scope asc, r.kind asc, r.revision desc;

-- name: report_read
-- A report ($1).
select r.*
from sla.report as r
where r.report = $1;

-- name: report_places
-- Where a report ($1) goes to.
select p.place
from fact.report_places(fact.report_id($1)) as p
order by p.place;

-- name: report_keys
-- Every report.
select key
from fact.report
order by report_id;

-- name: report_events
-- What happened to a report ($1).
select
    e.kind,
    e.at,
    e.actor,
    e.objection,
    e.reason
from sla.report_event as e
where e.report = $1
order by e.event;

-- name: report_file
-- The file of a report ($1) in a language ($2; null: its first one), and whether it is as it was.
select
    f.language,
    f.bytes,
    f.sha256,
    encode(sha256(f.bytes), 'hex') = f.sha256 as intact
from fact.report_file as f
inner join fact.report as r on f.report_id = r.report_id
where r.key = $1 and f.language = coalesce($2, r.languages[1]);

-- name: report_kept
-- What a report ($1) must be, byte for byte: the digests of its files, and what it follows.
select
    c.key as contract,
    fact.report_files(r.report_id) as files,
    r.previous,
    fact.report_successor(r.report_id) as replaced_by
from fact.report as r
inner join fact.contract as c on r.contract_id = c.contract_id
where r.key = $1;

-- name: report_figures
-- The frozen figures of a report ($1).
select figures
from fact.report
where key = $1;

-- name: report_changes
-- What differs between a report ($1) and an earlier revision of it ($2).
select
    c.figure,
    c.before,
    c.after
from sla.report_change as c
where c.report = $1 and c.since = $2;

-- name: report_faults
-- What is wrong with the chains of reports, of a contract ($1; null: any).
select
    c.key as contract,
    f.place,
    f.report,
    f.fault
from fact.contract as c
cross join lateral fact.report_chain(c.key) as f
where (c.key = $1 or $1::text is null) and f.fault is not null
order by c.key, f.place;

-- name: report_missing
-- The contracts without a report of the solution in a period (kind $1, a day of it $2) that they
-- cover and that is over as of the roll-up.
select c.key
from fact.contract as c
cross join lateral sla.period(c.key, $1, $2) as p (span)
where
    upper(p.span) <= sla.as_of()
    and exists (
        select 1
        from fact.contract_version as v
        where v.contract_id = c.contract_id and v.replaced_at is null and v.valid && p.span
    )
    and not exists (
        select 1
        from fact.report as r
        where r.contract_id = c.contract_id and r.scope = 'solution' and r.period = $3
    )
order by c.key;

-- name: report_covered
-- Whether contracts were in force in a period (kind $1, a day of it $2), and whether it is over for
-- one of them as of the roll-up, whose instant comes third.
select
    count(*) > 0 as covered,
    coalesce(bool_or(upper(p.span) <= sla.as_of()), false) as is_over,
    nullif(sla.as_of(), '-infinity') as as_of
from fact.contract as c
cross join lateral sla.period(c.key, $1, $2) as p (span)
where exists (
    select 1
    from fact.contract_version as v
    where v.contract_id = c.contract_id and v.replaced_at is null and v.valid && p.span
);

-- name: report_lead
-- Asks to lead the reports on, until this session says that it is done, or ends.
select pg_try_advisory_lock(hashtext('vigie reports'));

-- name: report_lead_end
-- Says that it is done.
select pg_advisory_unlock(hashtext('vigie reports'));

-- name: report_due
-- The reports that the clock wants now ($1), at most so many ($2).
select
    contract,
    kind,
    day,
    period
from fact.reports_due($1, $2);

-- name: report_turn
-- Leads kept reports on, now ($1).
select
    report,
    done
from fact.turn_reports($1);

-- name: report_attachments
-- The files of a report ($1), in the order of its languages.
select
    f.language,
    f.bytes
from fact.report_file as f
inner join fact.report as r on f.report_id = r.report_id
where r.key = $1
order by array_position(r.languages, f.language);

-- name: report_opened
-- The file, in a language ($2), of the report that a message ($1) is about; notes that its link was
-- opened, now ($3), unless it was noted before.
with asked as materialized (
    select
        r.report_id,
        r.key,
        r.languages,
        o.targets -> o.target::integer ->> 'to' as place,
        f.bytes
    from fact.outbox as o
    inner join fact.report as r on r.key = o.facts ->> 'report'
    inner join fact.report_file as f on f.report_id = r.report_id
    where o.message_id = $1 and f.language = $2
),
noted as (
    insert into fact.report_event (report_id, kind, at, actor, detail)
    select
        a.report_id,
        'opened' as kind,
        $3::timestamptz as at,
        a.place,
        jsonb_build_object('message', $1::bigint, 'language', $2::text) as detail
    from asked as a
    where
        not exists (
            select from fact.report_event as e
            where
                e.report_id = a.report_id
                and e.kind = 'opened'
                and e.detail @> jsonb_build_object('message', $1::bigint, 'language', $2::text)
        )
)
select
    key,
    languages,
    bytes
from asked;
