-- sla.longest_interruption() gets another column, which "create or replace" refuses.

drop function if exists sla.longest_interruption(text, text, tstzrange);
