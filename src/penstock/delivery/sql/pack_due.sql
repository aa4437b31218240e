-- First those whose window is over, then those whose time has come. The deferred gather for a tenth of the interval they waited, so that
-- a trickle of them makes neither a package each second nor, when intervals are hours, hundreds of a handful each; who was given back
-- waits for nothing.
select delivery_give_up(m.id, make_interval(secs => 3600 * coalesce(
           (m.options ->> 'retry_window_hours')::float, (a.policy ->> 'retry_window_hours')::float, 48))),
       delivery_promote(m.id, coalesce((a.policy ->> 'package_size')::integer, 5000))
  from mailing_mailing m join account_account a on a.id = m.account_id
 cross join lateral (select
       coalesce((m.options ->> 'retry_first_seconds')::float, (a.policy ->> 'retry_first_seconds')::float, 60) as first,
       coalesce((m.options ->> 'retry_longest_seconds')::float, (a.policy ->> 'retry_longest_seconds')::float, 7200) as longest) as schedule
 where m.id = %(mailing)s
   and exists (select from delivery_due d
                where d.mailing = m.id and d.closed is null and d.due_at <= now()   -- for the index; the next says the same more exactly
                  and d.due_at <= now() - case d.why when 'returned' then interval '0'
                      else make_interval(secs => 0.1 * least(longest, first * 2 ^ least(greatest(d.attempt - 1, 0), 30))) end)
