-- The owner of the public views may not read the rota: it holds people's addresses.

do $$
begin
    if to_regrole('vigie_reader') is not null then
        revoke all on fact.rota from vigie_reader;
    end if;
end
$$;
