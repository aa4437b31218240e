"""What people did with their messages, and elsewhere."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = [("delivery", "0001_initial")]

    operations = [
        migrations.RunSQL(
            files("penstock.feedback").joinpath("sql/schema.sql").read_text("utf-8"),
            "drop table feedback_event",
        )
    ]
