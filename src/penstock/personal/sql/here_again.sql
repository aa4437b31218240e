-- Contacts who are here although they were erased, by their pseudonyms.
select c.normal
  from audience_contact c
 where c.account_id = %(account)s and audience_pseudonym(%(key)s, c.account_id, c.normal) = any(%(pseudonyms)s)
 order by c.id
