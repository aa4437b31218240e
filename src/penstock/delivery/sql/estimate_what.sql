select account_id, mailing_rule(m) from mailing_mailing m
 where id = %(mailing)s and digest = %(digest)s and approved_size is null and frozen_at is null and deleted_at is null
