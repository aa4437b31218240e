select account_id, audience from mailing_mailing
 where id = %(mailing)s and digest = %(digest)s and approved_size is null and frozen_at is null and deleted_at is null
