-- Places of orders whose buyer is no contact of the account, and of those that are noted under their key as something else.
with given as (
    select g.*, coalesce((select c.id from audience_contact c where c.id = g.contact and c.account_id = %(account)s),
                         (select c.id from audience_contact c where c.normal = g.normal collate "C" and c.account_id = %(account)s)) as id
      from jsonb_to_recordset(%(orders)s) as g (place integer, key text, contact bigint, normal text, amount numeric, currency text)
)
select array_agg(g.place order by g.place) filter (where g.id is null),
       array_agg(g.place order by g.place) filter (where g.id is not null and (o.amount, o.currency, o.contact) is distinct from (g.amount, g.currency, g.id))
  from given g left join feedback_order o on o.account = %(account)s and o.key = g.key
