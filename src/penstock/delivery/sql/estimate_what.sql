select account_id, audience || case when segments is null then '{}' else jsonb_build_object('definitions', segments) end from mailing_mailing
 where id = %(mailing)s and digest = %(digest)s and approved_size is null and frozen_at is null and deleted_at is null
