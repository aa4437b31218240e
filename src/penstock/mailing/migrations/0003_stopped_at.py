"""Since when a mailing stands still: its batches go on by it, and its ledger catches up with its audience."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0002_tags")]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="stopped_at",
            field=models.DateTimeField(
                help_text="When it was paused or interrupted; stays after a resume until its ledger has caught up.",
                null=True,
            ),
        )
    ]
