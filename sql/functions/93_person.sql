-- Who a name means: of the two-person rules, alice and Alice Martin are one person.

create or replace function fact.person_of(said text) returns text
language sql stable parallel safe
begin atomic
    select p.key
    from jsonb_each(fact.rota_now() -> 'people') as p
    where fact.spelt(said) in (fact.spelt(p.key), fact.spelt(p.value ->> 'name'))
    order by fact.spelt(said) = fact.spelt(p.key) desc, p.key asc
    limit 1;
end;
comment on function fact.person_of(text) is
'The key of the person of the rota whom a key or a name means, however it is spelt; null: nobody of it, or there is no rota.';

create or replace function fact.is_another_member(name text, author text) returns boolean
language sql stable parallel safe
begin atomic
    select
        fact.is_another_person(name, author)
        and coalesce(fact.person_of(name) <> fact.person_of(author), true);
end;
comment on function fact.is_another_member(text, text) is
'As fact.is_another_person, and not the same person of the current rota under another name either.';

create or replace function fact.member(said text) returns text
language plpgsql stable
as $$
declare
    known text[] := array(
        select p.key from jsonb_object_keys(fact.rota_now() -> 'people') as p (key) order by p.key
    );
begin
    perform fact.check_said('by', said);
    if cardinality(known) > 0 and fact.person_of(said) is null then
        raise exception 'by: "%" is nobody of the rota', said
            using hint = 'people of the rota: ' || array_to_string(known, ', ');
    end if;
    return coalesce(fact.person_of(said), said);
end
$$;
comment on function fact.member(text) is
'The key of the person of the rota who does something; an error that names those it knows when there is none. Without a rota everybody may.';
