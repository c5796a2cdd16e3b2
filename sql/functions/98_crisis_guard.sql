-- What is missing before a crisis may go on: one text per thing, for people.

create or replace function fact.missing_roles(crisis_id integer) returns text[]
language sql stable
begin atomic
    select
        coalesce(array_agg('role ' || m.role || ' is not filled' order by m.place), '{}')
    from unnest(fact.mandatory_roles()) with ordinality as m (role, place)
    where
        not exists (
            select 1 from fact.crisis_roles(missing_roles.crisis_id) as r
            where r.role = m.role
        );
end;
comment on function fact.missing_roles(integer) is 'The mandatory roles that nobody has (LEN-12).';

create or replace function fact.missing_good(crisis_id integer, at timestamptz) returns text[]
language sql stable
begin atomic
    select
        case
            when h.down_since is not null
                then array[format('probes are not good since %s', fact.utc_text(h.down_since))]
            when h.good_since + t.good_for > missing_good.at
                then array[
                    format(
                        'probes are good since %s only, enough at %s',
                        fact.utc_text(h.good_since),
                        fact.utc_text(h.good_since + t.good_for)
                    )
                ]
            else '{}'
        end
    from fact.crisis_health as h
    cross join fact.crisis_terms() as t
    where h.crisis_id = missing_good.crisis_id;
end;
comment on function fact.missing_good(integer, timestamptz) is
'What the probes have against a resolution: down, or not good for long enough.';

create or replace function fact.is_manager(crisis_id integer, actor text) returns boolean
language sql stable
begin atomic
    select
        coalesce(bool_or(
            fact.spelt(actor) in (fact.spelt(r.person), fact.spelt(fact.name_of(r.person)))
        ), false)
    from fact.crisis_roles(crisis_id) as r
    where r.role = 'incident_manager';
end;
comment on function fact.is_manager(integer, text) is
'Whether a name, or a key of the rota, is that of the incident manager of the cell.';

create or replace function fact.missing_confirmation(crisis_id integer, actor text)
returns text[]
language sql stable
begin atomic
    select
        case
            when fact.is_manager(crisis_id, actor) then '{}'
            else array[
                coalesce(
                    (
                        select
                            'the incident manager, ' || fact.name_of(r.person) || ' ('
                            || r.person || '), has not confirmed the full fix'
                        from fact.crisis_roles(missing_confirmation.crisis_id) as r
                        where r.role = 'incident_manager'
                    ),
                    'no incident manager has confirmed the full fix'
                )
            ]
        end;
end;
comment on function fact.missing_confirmation(integer, text) is
'Only the incident manager says that it is fully fixed: a workaround is no fix (LEN-13). Actor null: nobody has said so.';

create or replace function fact.missing_informed(crisis_id integer) returns text[]
language sql stable
begin atomic
    with untold as (
        select
            t.key,
            t.how,
            row_number() over by_key as place,
            count(*) over () as total
        from fact.resolution_told(crisis_id) as t
        where not t.told
        window by_key as (order by t.key)
    )
    select
        case
            when count(*) = 0 then '{}'
            else array[
                'not told of the resolution: '
                || string_agg(format('%s (%s)', u.key, u.how), ', ' order by u.key)
                || case
                    when max(u.total) > 5 then format(' and %s more', max(u.total) - 5) else ''
                end
            ]
        end
    from untold as u
    where u.place <= 5;
end;
comment on function fact.missing_informed(integer) is
'The affected customers that were neither told of the resolution nor waived (LEN-13).';

create or replace function fact.report_sections() returns text[]
language sql immutable parallel safe
return '{summary,analysis,corrective,preventive}'::text[];
comment on function fact.report_sections() is 'The sections of an incident report (LEN-13).';

create or replace function fact.crisis_report(crisis_id integer)
returns table (section text, said text, author text, at timestamptz, event_id bigint)
language sql stable parallel safe
begin atomic
    select distinct on (e.detail ->> 'section')
        e.detail ->> 'section',
        coalesce(e.detail ->> 'text', ''),
        e.actor,
        e.at,
        e.event_id
    from fact.crisis_event as e
    where e.crisis_id = crisis_report.crisis_id and e.kind = 'report_section'
    order by e.detail ->> 'section', e.event_id desc;
end;
comment on function fact.crisis_report(integer) is
'One row per section of the incident report that was written: its last text and author.';

create or replace function fact.missing_sections(crisis_id integer) returns text[]
language sql stable
begin atomic
    select
        case
            when count(*) = 0 then '{}'
            else array[
                'empty sections of the report: ' || string_agg(m.section, ', ' order by m.place)
            ]
        end
    from unnest(fact.report_sections()) with ordinality as m (section, place)
    where
        not exists (
            select 1 from fact.crisis_report(missing_sections.crisis_id) as r
            where r.section = m.section and fact.spelt(r.said) <> ''
        );
end;
comment on function fact.missing_sections(integer) is 'The sections that say nothing yet.';

create or replace function fact.report_approver(crisis_id integer) returns text
language sql stable
begin atomic
    select e.actor
    from fact.crisis_event as e
    where
        e.crisis_id = report_approver.crisis_id
        and e.kind = 'report_approved'
        and e.event_id > fact.last_relapse(e.crisis_id)
        -- What was written afterwards, nobody has approved.
        and not exists (
            select 1 from fact.crisis_report(report_approver.crisis_id) as r
            where r.event_id > e.event_id or not fact.is_another_member(e.actor, r.author)
        )
    order by e.event_id desc
    limit 1;
end;
comment on function fact.report_approver(integer) is
'Who approved the report as it is written now, and wrote none of it; null: nobody.';

create or replace function fact.missing_approval(crisis_id integer) returns text[]
language sql stable
begin atomic
    select
        case
            when fact.report_approver(crisis_id) is null
                then '{report is not approved by another person than its authors}'
            else '{}'
        end::text[];
end;
comment on function fact.missing_approval(integer) is
'Nobody but its authors has approved the report as it is written.';

create or replace function fact.missing_for(
    crisis_id integer, state text, at timestamptz, actor text default null
) returns text[]
language sql stable
begin atomic
    with rank as (
        select
            fact.crisis_rank(fact.crisis_state(crisis_id)) as here,
            fact.crisis_rank(missing_for.state) as there
    )
    select
        case when r.there >= 2 and r.here < 2 then fact.missing_roles(crisis_id) else '{}' end
        || case
            when r.there >= 3 and r.here < 3 then '{communication plan is not written}'::text[]
            else '{}'
        end
        || case
            when r.there = 4 and r.here < 4 then '{no workaround is noted}'::text[] else '{}'
        end
        || case
            when r.there >= 5 and r.here < 5
                then
                    fact.missing_good(crisis_id, at)
                    || fact.missing_confirmation(crisis_id, actor)
            else '{}'
        end
        -- Customers may be added after the others were told.
        || case
            when r.there >= 6 and r.here < 7 then fact.missing_informed(crisis_id) else '{}'
        end
        || case
            when r.there >= 7 and r.here < 7
                then
                    fact.missing_sections(crisis_id)
                    || fact.missing_approval(crisis_id)
            else '{}'
        end
        || case
            when r.there = 8 and r.here < 8
                then
                    '{management analysis is not recorded}'::text[]
            else '{}'
        end
    from rank as r;
end;
comment on function fact.missing_for(integer, text, timestamptz, text) is
'All that is missing before a crisis may be in a state: empty when nothing is. The actor is who would do it.';
