delete from audience_contact c
 using audience_repeated r
 where c.id = r.id and r.id > %(base)s and (r.id <> r.last or r.first <= %(base)s)
