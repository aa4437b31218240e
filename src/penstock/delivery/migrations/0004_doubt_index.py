"""Finding the few that are in doubt among a million outcomes: for releasing them, and for saying whom a mailing reached."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0003_bound_index")]

    operations = [
        migrations.RunSQL(
            "create index delivery_outcome_doubt on delivery_outcome (mailing, seq) where state = 1",
            "drop index delivery_outcome_doubt",
        )
    ]
