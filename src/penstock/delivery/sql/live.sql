-- What the engine works on; `open`: it can still be taken back.
select id, state, coalesce(undo_until > clock_timestamp(), false) as open
  from mailing_mailing
 where state in ('starting', 'sending', 'finishing', 'cancelling')
 order by id
