-- Every room forgets them, each in its own function; the ledgers have. Returns the numbers of those who were no contacts, and whose address
-- was suppressed.
with trace as (
    select coalesce(array_agg(p.number), '{}') as numbers
      from jsonb_to_recordset(%(people)s) as p (contact bigint, normal text, number bigint)
      join audience_suppression s on s.account_id = %(account)s and s.normal = p.normal
     where p.contact is null
)
select numbers,
       array(select feedback_forget(%(account)s, c)::text from unnest(%(contacts)s::bigint[]) as c),
       feedback_disguise(%(account)s, %(people)s, %(contacts)s, %(numbers)s, %(pattern)s)::text,
       preflight_forget(%(account)s, %(people)s, %(contacts)s, %(pattern)s)::text,
       notices_forget(%(account)s, %(pattern)s)::text,
       mailing_forget(%(account)s, %(pattern)s)::text,
       audience_forget(%(account)s, %(people)s, %(pattern)s, %(keep_out)s)::text
  from trace
