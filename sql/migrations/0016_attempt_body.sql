-- What the target answered when the answer was not as expected.

alter table fact.attempt add column body text;
comment on column fact.attempt.body is
'The first bytes of the answer''s body, at most 1 KiB, printable and without secrets; null: none came, or it is not kept.';
