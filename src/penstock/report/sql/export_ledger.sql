-- Behind the ledger (ledger.sql): what each recipient did first, and what they bought. Everybody once.
, did as (
    select seq, min(first_at) filter (where kind = 'opened') as opened_at, min(first_at) filter (where kind = 'clicked') as clicked_at,
           min(first_at) filter (where kind = 'unsubscribed') as unsubscribed_at,
           min(first_at) filter (where kind = 'complained') as complained_at,
           min(first_at) filter (where kind = 'converted') as ordered_at
      from feedback_seen where mailing = %(mailing)s and link = 0 group by seq
)
select told.seq, told.address, told.contact, told.state, told.at, told.attempts, told.code, told.enhanced, told.text, told.reason,
       bounced.class as bounce, bounced.origin as bounce_from, did.opened_at, did.clicked_at, did.unsubscribed_at, did.complained_at,
       did.ordered_at, coalesce(bought.orders, 0) as orders
  from told
  left join did on did.seq = told.seq
  left join feedback_bounce bounced on bounced.mailing = %(mailing)s and bounced.seq = told.seq
  left join feedback_buyer bought on bought.mailing = %(mailing)s and bought.seq = told.seq
 order by told.seq
