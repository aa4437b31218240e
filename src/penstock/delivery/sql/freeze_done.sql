update mailing_mailing set frozen_at = clock_timestamp(), suppressed_to = %(newest)s
 where id = %(mailing)s and state in ('starting', 'paused', 'interrupted')
