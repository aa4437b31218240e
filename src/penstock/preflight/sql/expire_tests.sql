update preflight_test
   set state = 'failed', ended_at = clock_timestamp(), reply = 'not sent: nobody was there to send it within ' || %(stale)s
 where mailing_id = %(mailing)s and state = 'waiting' and asked_at < clock_timestamp() - %(stale)s::interval
