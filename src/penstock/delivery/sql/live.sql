-- What the engine works on; `open`: it can still be taken back. A paused one may have packages that are to be finished.
select id, state, coalesce(undo_until > clock_timestamp(), false) as open
  from mailing_mailing
 where state in ('starting', 'sending', 'finishing', 'cancelling')
    or state = 'paused' and id in (select mailing from delivery_package where bound)
 order by id
