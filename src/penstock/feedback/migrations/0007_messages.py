"""Messages that people sent by SMS."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feedback", "0006_hooks")]

    operations = [
        migrations.RunSQL(
            files("penstock.feedback").joinpath("sql/messages.sql").read_text("utf-8"),
            "drop table feedback_message",
        )
    ]
