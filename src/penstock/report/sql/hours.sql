-- Who did what with a mailing, by the hour since 1970 (UTC): from the counters.
select hour, kind, people, total from feedback_hour where mailing = %(mailing)s and kind = any(%(kinds)s) order by hour, kind
