"""Mailings made before their messages were noted get those that are known: what was submitted, and what they have now."""

from django.db import migrations

SUBMITTED = """
insert into mailing_saved (mailing_id, message_id, revision, identity, at)
select s.mailing_id, s.message_id, min(s.revision), (array_agg(s.identity order by s.id))[1], min(s.at)
  from mailing_submission s
 where not exists (select from mailing_saved x where x.mailing_id = s.mailing_id)
 group by s.mailing_id, s.message_id
 order by min(s.id)
"""

PRESENT = """
insert into mailing_saved (mailing_id, message_id, revision, identity, at)
select m.id, m.message_id, m.revision, coalesce(m.authors ->> -1, 'system'),
       greatest(m.created_at, (select max(x.at) from mailing_saved x where x.mailing_id = m.id),
                (select max(e.at) from mailing_entry e where e.mailing_id = m.id and e.command = 'edit'))
  from mailing_mailing m
 where (select x.message_id from mailing_saved x where x.mailing_id = m.id order by x.id desc limit 1)
       is distinct from m.message_id
"""


class Migration(migrations.Migration):
    dependencies = [("mailing", "0004_saved")]

    operations = [
        migrations.RunSQL(SUBMITTED, migrations.RunSQL.noop),
        migrations.RunSQL(PRESENT, migrations.RunSQL.noop),
    ]
