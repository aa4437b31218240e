-- Whom a freeze would choose now, by number: from here on the analysis has no long transaction, and knows how many there are.
insert into preflight_chosen (contact)
select c.id
  from audience_membership m
  join audience_contact c on c.id = m.contact_id
 where m.list_id = %(list)s and c.account_id = %(account)s and {chosen}
   and not {suppressed}
 order by c.id
