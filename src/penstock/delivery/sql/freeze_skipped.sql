-- Suppressed ones are rows too, in package 0, which is never released: the ledger answers for everybody.
insert into delivery_recipient (mailing, seq, contact, package, normal, address)
select %(mailing)s,
       (select coalesce(max(seq), 0) from delivery_recipient where mailing = %(mailing)s) + row_number() over (order by c.id)::integer,
       c.id, 0, c.normal, nullif(c.address, c.normal)
  from {people} and {chosen}
   and {suppressed}
