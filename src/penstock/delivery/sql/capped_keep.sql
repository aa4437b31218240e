insert into delivery_watch as w (mailing, capped)
select %(mailing)s, count(*)
  from delivery_outcome o join delivery_reply r on r.id = o.reply
 where o.mailing = %(mailing)s and o.package = 0 and r.code = 0 and r.text = %(reason)s
    on conflict (mailing) do update set capped = excluded.capped
