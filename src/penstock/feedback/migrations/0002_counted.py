"""What people did is counted where it is noted."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_initial")]

    operations = [
        migrations.RunSQL(
            files("penstock.feedback").joinpath("sql/counted.sql").read_text("utf-8"),
            "drop table feedback_hour, feedback_count, feedback_seen; drop type feedback_delta",
        )
    ]
