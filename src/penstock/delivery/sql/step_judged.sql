insert into delivery_judged (mailing, earlier, package, judged, looked_at)
values (%(step)s, %(earlier)s, %(package)s, %(judged)s, now())
    on conflict (mailing, earlier, package) do update set judged = excluded.judged, looked_at = excluded.looked_at
