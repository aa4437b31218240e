-- Where the links of a mailing lead, and whether it was deleted; one row of nothing where it has none.
select m.deleted_at is not null as deleted, l.no, l.url, l.personal, l.utm
  from mailing_mailing m left join delivery_link l on l.mailing = m.id and m.deleted_at is null
 where m.id = %(mailing)s
