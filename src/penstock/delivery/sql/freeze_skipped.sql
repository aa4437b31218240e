-- Suppressed ones are rows too, in package 0, which is never released: the ledger answers for everybody.
insert into delivery_recipient (mailing, seq, contact, package, normal, address)
select %(mailing)s,
       (select coalesce(max(seq), 0) from delivery_recipient where mailing = %(mailing)s) + row_number() over (order by c.id)::integer,
       c.id, 0, c.normal, nullif(c.address, c.normal)
  from audience_membership m
  join audience_contact c on c.id = m.contact_id
 where m.list_id = %(list)s and c.account_id = %(account)s and {chosen}
   and {suppressed}
