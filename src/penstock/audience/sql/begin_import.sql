-- The lock is taken in the statement that makes the row visible: nobody sees a running import that seems dead.
with made as (
    insert into audience_import (account_id, name) values (%(account)s, %(name)s) returning id
)
select id, pg_advisory_lock(%(lock)s, id) from made
