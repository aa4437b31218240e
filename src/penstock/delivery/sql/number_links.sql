-- Give numbers to those of the targets that the mailing does not know yet, in their order behind those it has.
insert into delivery_link (mailing, no, url, personal, utm)
select %(mailing)s, (select coalesce(max(no), 0) from delivery_link where mailing = %(mailing)s) + row_number() over (order by t.n),
       t.url, t.personal, t.utm
  from unnest(%(urls)s::text[], %(personal)s::boolean[], %(tags)s::text[]) with ordinality as t (url, personal, utm, n)
 where not exists (select from delivery_link l where l.mailing = %(mailing)s and l.url = t.url)
