-- What only the watcher reads: marks and services that fail, of every customer.

do $$
begin
    if to_regrole('vigie_reader') is not null then
        revoke all on fact.fresh_failure, fact.watched_service, fact.watch from vigie_reader;
    end if;
end
$$;
