-- What the engine works on; `open`: it can still be taken back; `behind`: it was resumed, and its ledger has to catch up. A paused
-- one may have packages that are to be finished.
select id, state, coalesce(undo_until > clock_timestamp(), false) as open,
       stopped_at is not null and state in ('sending', 'finishing') as behind
  from mailing_mailing
 where state in ('starting', 'sending', 'finishing', 'cancelling')
    or state = 'paused' and id in (select mailing from delivery_package where bound)
 order by id
