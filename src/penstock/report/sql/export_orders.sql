-- The orders that count, or counted, for a mailing.
select key, at, amount, currency, contact, seq, clicked_at, cancelled_at, data
  from feedback_order where mailing = %(mailing)s order by id
