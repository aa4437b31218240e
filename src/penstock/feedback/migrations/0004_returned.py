"""Bounces, what they mean for an address, and what came in that could not be placed."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feedback", "0003_orders"), ("delivery", "0008_learned")]

    operations = [
        migrations.RunSQL(
            files("penstock.feedback").joinpath("sql/returned.sql").read_text("utf-8"),
            "drop table feedback_stray; drop table feedback_bounce",
        )
    ]
