-- How a contract is read, when it is not read as agreed: one value that every figure takes,
-- instead of one argument for each thing that a text leaves open. sla.readings() gains columns.

create type fact.reading as (
    corrected boolean,
    maintenance text,
    unknown text,
    enforced text [],
    notice text,
    calendars jsonb
);
comment on type fact.reading is
'Another reading of a contract; what is null is as agreed.';
comment on column fact.reading.corrected is 'False: as if there were no corrections.';
comment on column fact.reading.maintenance is
'downtime, window, up, or none: no window excuses anything.';
comment on column fact.reading.unknown is 'neither, up or down.';
comment on column fact.reading.enforced is 'The rules of maintenance whose breach excuses nothing.';
comment on column fact.reading.notice is
'How working days of notice are counted: hours (24 on each working day) or working_time.';
comment on column fact.reading.calendars is
'The calendar that each is read as, by key: {"lengow-support": "lengow-office"}; always: elapsed time.';

drop function if exists sla.readings(text, text, tstzrange);
