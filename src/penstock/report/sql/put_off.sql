-- Why those who are due first wait: what was last said to them. `looked` of them were asked, and that is not everybody's.
with due as (
    select mailing, seq from delivery_due
     where mailing = %(mailing)s and closed is null and why = 'deferred'
     order by due_at limit %(looked)s
)
select r.code, r.enhanced, r.text, count(*) as people
  from due
 cross join lateral (select o.reply from delivery_outcome o
                      where o.mailing = due.mailing and o.seq = due.seq and o.state = 3
                      order by o.package desc limit 1) last
  join delivery_reply r on r.id = last.reply
 group by r.id
 order by count(*) desc, r.id limit 5
