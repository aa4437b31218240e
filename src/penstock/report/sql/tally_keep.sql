-- Keep a tally in place of the one before, unless a newer one stands there.
insert into report_tally (mailing, figures, made_at, seconds, counted)
values (%(mailing)s, %(figures)s, %(made_at)s, %(seconds)s, %(counted)s)
on conflict (mailing) do update
   set figures = excluded.figures, made_at = excluded.made_at, seconds = excluded.seconds, counted = excluded.counted
 where report_tally.made_at <= excluded.made_at
