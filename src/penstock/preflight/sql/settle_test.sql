-- Nobody holds the lock of a test that was being sent: whoever did is dead, and what became of it is not known.
update preflight_test
   set state = 'in_doubt', ended_at = clock_timestamp(), reply = 'the process that handed it over ended before it noted the answer'
 where id = %(test)s and state = 'sending'
