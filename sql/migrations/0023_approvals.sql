-- An approval by the author changed nothing, silently. It is refused as it is written down.

-- Here and not with the functions: they come after the migrations, its trigger does not.
create function fact.check_approver() returns trigger
language plpgsql
as $$
declare
    correction fact.correction;
begin
    select c.* into correction
    from fact.correction as c
    where c.correction_id = new.correction_id;
    if not fact.is_another_person(new.recorded_by, correction.recorded_by) then
        raise exception 'correction %: is approved by its author, or by nobody', correction.key
            using
                errcode = 'check_violation',
                hint = 'Another person than the author must approve it: write who in recorded_by.';
    end if;
    return new;
end
$$;
comment on function fact.check_approver() is
'Refuses an approval by the author of a correction, however the name is spelt, and by a blank name.';

-- What an older program let pass stays, and stays without effect: see fact.is_effective.
create trigger another_person_approves before insert on fact.correction_event
for each row when (new.action = 'approved') execute function fact.check_approver();
