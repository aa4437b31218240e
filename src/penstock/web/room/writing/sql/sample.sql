-- Somebody among the first contacts of a list, or of the account, who can be reached by a channel.
select {address}, {every}
  from (select c.*
          from audience_contact c
         where c.account_id = %(account)s
           and (%(list)s::integer is null
                or exists (select from audience_membership m where m.list_id = %(list)s::integer and m.contact_id = c.id))
         order by c.id limit %(most)s) as c
 where {reachable}
 order by c.id limit 1
