insert into delivery_watch as w (mailing, progress, moved_at, looked_at, nudged_at)
values (%(mailing)s, %(progress)s, %(moved_at)s, %(looked_at)s, %(nudged_at)s)
    on conflict (mailing) do update
   set progress = excluded.progress, moved_at = excluded.moved_at, looked_at = excluded.looked_at, nudged_at = excluded.nudged_at
