-- Words of people, as they are compared and judged.

create or replace function fact.spelt(name text) returns text
language sql immutable parallel safe
begin atomic
    select
        lower(
            btrim(
                regexp_replace(
                    regexp_replace(
                        normalize(name, nfkc),
                        '[\u0001-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]', -- noqa: LT05
                        '',
                        'g'
                    ),
                    '\s+',
                    ' ',
                    'g'
                )
            )
        );
end;
comment on function fact.spelt(text) is
'A person''s name as it is compared: in small letters, single spaces, compatible characters made one (NFKC), and without those that cannot be seen (controls, fillers, marks of direction, zero-width ones).';

create or replace function fact.says_something(words text) returns boolean
language sql immutable parallel safe
return coalesce(fact.spelt(words), '') <> '';
comment on function fact.says_something(text) is
'True when there is anything to read: null, spaces and what cannot be seen say nothing.';
