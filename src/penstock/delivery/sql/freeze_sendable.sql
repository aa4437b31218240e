-- In the order of the contacts, so that reading a package reads neighbouring rows.
insert into delivery_recipient (mailing, seq, contact, package, normal, address)
select %(mailing)s, n, id, (n - 1) / %(size)s + 1, normal, nullif(address, normal)
  from (select c.id, c.normal, c.address, row_number() over (order by c.id)::integer as n
          from {people} and {chosen}
           and not {suppressed}) as chosen
