-- Figures ask for the versions of one contract, and for the contracts of one service.

create index contract_version_contract on fact.contract_version (contract_id);
comment on index fact.contract_version_contract is
'Serves every figure: fact.contract_id() is then asked once, not for each row.';

create index contract_service_service on fact.contract_service (service_id);
comment on index fact.contract_service_service is 'Serves the customers that an outage hits.';
