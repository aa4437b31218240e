-- What is certain replaces a doubt that somebody noted meanwhile, having taken us for dead.
update preflight_test set state = %(state)s, reply = %(reply)s, ended_at = clock_timestamp()
 where id = %(test)s and state in ('sending', 'in_doubt')
