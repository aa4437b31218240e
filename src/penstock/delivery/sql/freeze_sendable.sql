-- In the order of the contacts, so that reading a package reads neighbouring rows.
insert into delivery_recipient (mailing, seq, contact, package, normal, address)
select %(mailing)s, n, id, (n - 1) / %(size)s + 1, normal, nullif(address, normal)
  from (select c.id, c.normal, c.address, row_number() over (order by c.id)::integer as n
          from audience_membership m
          join audience_contact c on c.id = m.contact_id
         where m.list_id = %(list)s and c.account_id = %(account)s and {chosen}
           and not {suppressed}) as chosen
