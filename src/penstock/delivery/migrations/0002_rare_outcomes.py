"""The few outcomes that people look for among a million: who bounced, is in doubt, was put off or skipped."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "create index delivery_outcome_rare on delivery_outcome (mailing, state, seq) where state not in (5, 6)",
            "drop index delivery_outcome_rare",
        )
    ]
