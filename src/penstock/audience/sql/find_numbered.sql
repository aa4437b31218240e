-- Contacts from before who are known by a number alone, and whom no row of the file knows so; before repeated rows are dropped.
create temporary table audience_numbered on commit drop as
select c.id as contact, c.phone
  from audience_contact c
 where c.account_id = %(account)s and c.id <= %(base)s and c.normal = c.phone
   and not exists (select from audience_contact n where n.account_id = %(account)s and n.id > %(base)s and n.normal = c.normal)
