-- The bounces of a mailing, whoever told of them.
select seq, contact, normal as address, at, class, code, enhanced, text, origin, suppressed
  from feedback_bounce where mailing = %(mailing)s order by seq
