-- No change of the mailing: its version stays, so that whoever looked at it may still give commands.
update mailing_mailing set approved_size = %(size)s
 where id = %(mailing)s and digest = %(digest)s and approved_size is null and frozen_at is null
