-- Every room forgets them, each in its own function; the ledgers have. Returns how many of the addresses that were no contact's were
-- suppressed, and so known.
with trace as (
    select count(*) as n
      from jsonb_to_recordset(%(people)s) as p (contact bigint, normal text)
      join audience_suppression s on s.account_id = %(account)s and s.normal = p.normal
     where p.contact is null
)
select n,
       array(select feedback_forget(%(account)s, c)::text from unnest(%(contacts)s::bigint[]) as c),
       feedback_disguise(%(account)s, %(people)s, %(contacts)s, %(numbers)s, %(pattern)s)::text,
       preflight_forget(%(account)s, %(people)s, %(contacts)s, %(pattern)s)::text,
       notices_forget(%(account)s, %(pattern)s)::text,
       mailing_forget(%(account)s, %(pattern)s)::text,
       audience_forget(%(account)s, %(people)s, %(pattern)s, %(keep_out)s)::text
  from trace
