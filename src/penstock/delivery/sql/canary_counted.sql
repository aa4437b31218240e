-- What became of the recipients of a canary: the last outcome of each. Asked once, when it is judged: it may be large.
select count(*) filter (where last.state in (1, 5, 6, 7)) as settled, count(*) filter (where last.state = 7) as bounced,
       count(*) filter (where c.complained) as complained, count(*) filter (where last.state = 3) as deferred,
       count(*) filter (where last.state = 4 and last.reply in (
             select y.id from delivery_reply y where y.code = 0 and y.command = 'skip' and starts_with(y.text, 'template_error'))) as unmade
  from delivery_watch w
  join delivery_package ahead on ahead.mailing = w.mailing and ahead.no = any(w.canary)
  join delivery_recipient r on r.mailing = ahead.mailing and r.seq >= ahead.first_seq and r.seq < ahead.first_seq + ahead.size
 cross join lateral (
       select o.state, o.reply from delivery_outcome o where o.mailing = r.mailing and o.seq = r.seq
        order by o.package desc, o.state desc limit 1) last
 cross join lateral (
       select exists (select from feedback_event e
                       where e.mailing = r.mailing and e.kind = 'complained' and e.contact = r.contact) as complained) c
 where w.mailing = %(mailing)s
