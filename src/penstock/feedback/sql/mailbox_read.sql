-- A failing one is tried again after 1, 2, 4 … minutes, an hour at most.
update feedback_mailbox set
    trouble = %(trouble)s,
    failures = case when %(trouble)s = '' then 0 else failures + 1 end,
    failing_since = case when %(trouble)s = '' then null else coalesce(failing_since, now()) end,
    read_at = case when %(trouble)s = '' and not %(more)s then now() else read_at end,
    next_at = now() + case
        when %(trouble)s <> '' then least(interval '1 hour', interval '1 minute' * 2 ^ least(failures, 6))
        when %(more)s then interval '0'
        else interval '50 seconds' end  -- the clock strikes each minute
where id = %(mailbox)s
