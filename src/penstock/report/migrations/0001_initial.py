"""Tallies of mailings."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("mailing", models.IntegerField(primary_key=True, serialize=False)),
                (
                    "figures",
                    models.TextField(
                        help_text="The counters of the mailing then: while they are the same, so is the tally."
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("seconds", models.FloatField(help_text="How long the counting took.")),
                ("counted", models.JSONField(help_text="As report.tally writes it.")),
            ],
            options={"db_table": "report_tally"},
        ),
    ]
