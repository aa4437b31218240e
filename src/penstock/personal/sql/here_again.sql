-- Contacts who are here although they were erased, by their pseudonyms; not those who have come since.
select c.normal
  from audience_contact c
  join unnest(%(pseudonyms)s::text[], %(times)s::timestamptz[]) as t (pseudonym, at)
    on t.pseudonym = audience_pseudonym(%(key)s, c.account_id, c.normal)
 where c.account_id = %(account)s and (t.at is null or c.created_at <= t.at)
 order by c.id
