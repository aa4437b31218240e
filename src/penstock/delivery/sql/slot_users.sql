-- How many others use a server now, and how many of them come before this one: a mailing of a sender. Each says so with its beat.
select count(*) filter (where (h.mailing, h.sender) <> (%(mailing)s::integer, %(sender)s::integer)),
       count(*) filter (where (h.mailing, h.sender) < (%(mailing)s::integer, %(sender)s::integer))
  from delivery_health h
 where h.server = %(server)s and h.beat_at > clock_timestamp() - interval '4 s'
