insert into notices_attempt (delivery_id, number, at, seconds, status, error, response)
values (%(delivery)s, %(number)s, now(), %(seconds)s, %(status)s, %(error)s, %(response)s)
