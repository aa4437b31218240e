-- How many would get an e-mail that goes to a whole list: its members, read in its index alone, without those suppressed and those who have a
-- number only; these are few, and looked for from their side. As Audience.count, of which a million take six times as long.
with named as materialized (select from audience_list where id = %(list)s and account_id = %(account)s)
select (select count(*) from audience_membership where list_id = %(list)s and exists (select from named))
     - (select count(*) from audience_suppression s
          join audience_contact c on c.account_id = s.account_id and c.normal = s.normal
          join audience_membership m on m.contact_id = c.id and m.list_id = %(list)s
         where s.account_id = %(account)s and exists (select from named))
     - (select count(*) from audience_contact c join audience_membership m on m.contact_id = c.id and m.list_id = %(list)s
         where c.account_id = %(account)s and c.normal >= '+' and c.normal < ',' and position('@' in c.normal) = 0
           and exists (select from named)
           and not exists (select from audience_suppression s where s.account_id = c.account_id and s.normal = c.normal))
