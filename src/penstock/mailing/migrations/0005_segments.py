"""The segments of an audience rule, as they were at submission."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0004_chains")]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="segments",
            field=models.JSONField(
                help_text="The segments of the rule as they were at submission, by number; null in a draft.",
                null=True,
            ),
        ),
        migrations.AddField(model_name="submission", name="segments", field=models.JSONField(null=True)),
    ]
