-- The chain: each kept report carries the SHA-256 of the one before it.

create or replace function fact.microseconds(at timestamptz) returns text
language sql stable parallel safe
return to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
comment on function fact.microseconds(timestamptz) is 'An instant in RFC 3339, UTC, six decimals.';

create or replace function fact.report_text(report fact.report, files text[]) returns text
language sql stable
begin atomic
    select
        format(
            e'vigie report 1\ncontract: %s\nplace: %s\nreport: %s\nscope: %s\nperiod: %s\n',
            c.key, report.place, report.key, report.scope, report.period
        )
        || format(
            e'span: %s/%s\nrevision: %s\nreason: %s\n',
            fact.microseconds(lower(report.span)),
            fact.microseconds(upper(report.span)),
            report.revision,
            coalesce(to_jsonb(report.reason)::text, '-')
        )
        || format(
            e'figures: %s\nresults: %s\nsla.version: %s\nprogram: %s\n',
            encode(sha256(convert_to(report.figures::text, 'UTF8')), 'hex'),
            coalesce(report.results_digest, '-'),
            report.sla_version,
            report.program_version
        )
        || format(
            e'made: %s by %s\nobjections until: %s\n',
            fact.microseconds(report.made_at),
            to_jsonb(report.made_by),
            fact.microseconds(report.objections_until)
        )
        || array_to_string(
            array(select format(e'file: %s\n', f.line) from unnest(files) as f (line)), ''
        )
        || format(e'previous: %s\n', coalesce(report.previous, '-'))
    from fact.contract as c
    where c.contract_id = report.contract_id;
end;
comment on function fact.report_text(fact.report, text[]) is
'The text that is hashed for a report, UTF-8, a line each: what it is, the SHA-256 of its figures as PostgreSQL prints their jsonb, of its results, of its files (language, space, digest), and the digest of the report before it; people''s words as JSON strings; a hyphen where there is none.';

create or replace function fact.report_digest(report fact.report, files text[]) returns text
language sql stable
return encode(sha256(convert_to(fact.report_text(report, files), 'UTF8')), 'hex');
comment on function fact.report_digest(fact.report, text[]) is 'SHA-256 of fact.report_text, in hex.';

create or replace function fact.report_files(report_id integer) returns text[]
language sql stable
begin atomic
    select
        coalesce(
            array_agg(
                f.language || ' ' || encode(sha256(f.bytes), 'hex')
                order by array_position(r.languages, f.language)
            ),
            '{}'
        )
    from fact.report_file as f
    inner join fact.report as r on r.report_id = f.report_id
    where f.report_id = report_files.report_id;
end;
comment on function fact.report_files(integer) is
'The language and the SHA-256 of each file of a report, from its bytes, in the order of its languages.';

create or replace function fact.report_chain(contract text)
returns table (place integer, report text, digest text, fault text)
language sql stable
begin atomic
    with place as (
        select p.place
        from generate_series(1, (
            select max(r.place) from fact.report as r
            where r.contract_id = fact.contract_id(report_chain.contract)
        )) as p (place)
    ),
    kept as (
        select
            p.place,
            r.key,
            r.digest,
            r.previous,
            fact.report_digest(r, fact.report_files(r.report_id)) as computed,
            lag(r.digest) over (order by p.place) as digest_before
        from place as p
        left join
            fact.report as r
            on
                r.place = p.place
                and r.contract_id = fact.contract_id(report_chain.contract)
    )
    select
        k.place,
        k.key,
        k.digest,
        case
            when k.key is null then 'is missing'
            when k.computed <> k.digest then 'was changed: its text has another digest'
            when coalesce(k.previous, '') <> coalesce(k.digest_before, '')
                then 'does not follow the report before it'
        end
    from kept as k
    order by k.place;
end;
comment on function fact.report_chain(text) is
'One row per place in a contract''s chain of reports, with what is wrong there; null: nothing is. What was taken away from its end only those can tell who hold a later report.';

create or replace function fact.report_key(
    contract text, scope text, period text, revision integer
) returns text
language sql immutable parallel safe
return concat_ws('/', contract, nullif(scope, 'solution'), period, 'r' || revision::text);
comment on function fact.report_key(text, text, text, integer) is
'The key of a report: acme/2026-05/r1, acme/api/2026-05/r1.';

create or replace function fact.keep_report(
    contract text,
    scope text,
    kind text,
    period text,
    span tstzrange,
    revision integer,
    reason text,
    place integer,
    previous text,
    languages text[],
    files bytea[],
    figures jsonb,
    results_digest text,
    program_version text,
    made_at timestamptz,
    made_by text
) returns text
language plpgsql
as $$
declare
    made fact.report;
    hashed text[];
begin
    perform fact.check_said('by', made_by);
    if revision > 1 then
        perform fact.check_said('reason', reason);
    end if;
    made.contract_id := fact.contract_id(contract);
    made.place := place;
    made.scope := fact.known_scope(contract, scope);
    made.kind := kind;
    made.period := period;
    made.span := span;
    made.revision := revision;
    made.reason := reason;
    made.languages := languages;
    made.figures := figures;
    made.results_digest := results_digest;
    made.contract_version := (fact.report_version(made.contract_id, span)).version_id;
    made.sla_version := sla.version();
    made.program_version := program_version;
    made.made_at := made_at;
    made.made_by := made_by;
    made.due_at := fact.report_due(made.contract_id, span);
    made.objections_until := fact.objections_until(made.contract_id, span, made_at);
    made.previous := previous;
    made.key := fact.report_key(contract, scope, period, revision);
    hashed := array(
        select l.language || ' ' || encode(sha256(l.bytes), 'hex')
        from unnest(languages, files) with ordinality as l (language, bytes, place)
        order by l.place
    );
    made.digest := fact.report_digest(made, hashed);
    insert into fact.report (
        key, contract_id, place, scope, kind, period, span, revision, reason, languages, figures,
        results_digest, contract_version, sla_version, program_version, made_at, made_by,
        due_at, objections_until, previous, digest
    )
    values (
        made.key, made.contract_id, made.place, made.scope, made.kind, made.period, made.span,
        made.revision, made.reason, made.languages, made.figures, made.results_digest,
        made.contract_version, made.sla_version, made.program_version, made.made_at,
        made.made_by, made.due_at, made.objections_until, made.previous, made.digest
    )
    returning report_id into made.report_id;
    if place > 1 and not exists (
        select from fact.report as r
        where
            r.contract_id = made.contract_id
            and r.place = made.place - 1
            and r.digest = made.previous
    ) then
        raise exception 'report %: does not follow the one before it', made.key
            using hint = 'vigie report list shows what is wrong with the chain';
    end if;
    if revision > 1 and not exists (
        select from fact.report as r
        where
            r.contract_id = made.contract_id
            and r.scope = made.scope
            and r.period = made.period
            and r.revision = made.revision - 1
    ) then
        raise exception 'report %: there is no revision before it', made.key
            using hint = 'vigie report draft keeps the first one';
    end if;
    insert into fact.report_file (report_id, language, sha256, bytes)
    select made.report_id, l.language, encode(sha256(l.bytes), 'hex'), l.bytes
    from unnest(languages, files) as l (language, bytes);
    insert into fact.report_event (report_id, kind, at, actor, reason)
    values (made.report_id, 'drafted', made_at, made_by, reason);
    return made.key;
end
$$;
comment on function fact.keep_report(
    text, text, text, text, tstzrange, integer, text, integer, text, text[], bytea[], jsonb, text,
    text, timestamptz, text
) is
'Keeps a report as a draft, with its files, at a place in the chain that it was made for, and gives its key. What was kept at that place meanwhile, or as that revision, is a violation of uniqueness.';
