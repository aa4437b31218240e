-- In the order of the contacts, so that reading a package reads neighbouring rows.
insert into delivery_recipient (mailing, seq, contact, package, normal, address)
select %(mailing)s, n, id, (n - 1) / %(size)s + 1, normal, nullif(address, normal)
  from (select c.id, {normal} as normal, {address} as address, row_number() over (order by c.id)::integer as n
          from {people}) as chosen
