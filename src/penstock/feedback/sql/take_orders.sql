-- Note orders of contacts that the account has, each with the click that it is counted for; answers those that are new.
with given as (
    select * from jsonb_to_recordset(%(orders)s)
        as g (place integer, key text, contact bigint, normal text, at timestamptz, amount numeric, currency text, data jsonb)
), known as (
    select g.*, c.id from given g join audience_contact c on c.id = g.contact and c.account_id = %(account)s
    union all
    select g.*, c.id from given g join audience_contact c on c.normal = g.normal collate "C" and c.account_id = %(account)s
)
insert into feedback_order (account, key, contact, at, amount, currency, data, mailing, seq, clicked_at)
select %(account)s, known.key, known.id, known.at, known.amount, known.currency, known.data, click.mailing, click.seq, click.at
  from known
  left join lateral (
       select e.mailing, e.seq, e.at from feedback_event e
        where e.contact = known.id and e.account = %(account)s and e.kind = 'clicked' and e.seq is not null
          and e.at <= known.at and e.at > known.at - make_interval(days => %(days)s)
        order by e.at desc, e.id desc limit 1) as click on true
 order by known.key, known.place     -- several batches at once lock keys in one order
on conflict (account, key) do nothing
returning id, mailing, seq, amount, currency, at, key
