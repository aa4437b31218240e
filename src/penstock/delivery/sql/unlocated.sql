-- Mailings at the recipients' local time whose first zone may have it within a day, and whose zones were not counted lately.
select id
  from mailing_mailing
 where state = 'scheduled' and due_at > clock_timestamp() and due_at <= clock_timestamp() + interval '26 hours'
   and (plan ->> 'local')::boolean
   and (located_at is null or located_at <= clock_timestamp() - make_interval(secs => %(rest)s))
