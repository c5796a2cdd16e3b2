-- Logins for analysts.

-- name: analyst_add
-- $1 login, $2 customer or null for all, $3 password.
select fact.add_analyst($1, $2, $3);

-- name: analyst_remove
-- $1 login.
select fact.remove_analyst($1);

-- name: analyst_list
-- Who may read, and of which customer; null: of all.
select
    a.login,
    c.key as customer
from fact.analyst_login as a
left join fact.customer as c on a.customer_id = c.customer_id
order by a.login;
