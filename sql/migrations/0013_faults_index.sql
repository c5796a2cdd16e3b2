-- Results that are not up in an index of their own: the key of all the others stays small.

alter table fact.result drop constraint result_pkey;
alter table fact.result add primary key (endpoint_id, location_id, at);
create index result_not_up on fact.result (endpoint_id, location_id, at) include (outcome)
where outcome <> 'up';
comment on index fact.result_not_up is
'Failures and unknown slots: few, and looked for by every roll-up. What the key has and this has not was up.';
