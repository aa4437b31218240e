"""When the first zone of a mailing at the recipients' local time has that time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0005_segments")]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="first_at",
            field=models.DateTimeField(
                help_text="At the recipients' local time: when the first zone among them has it. It starts then.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="mailing",
            name="located_at",
            field=models.DateTimeField(
                help_text="When the zones of its audience were counted last.", null=True
            ),
        ),
    ]
