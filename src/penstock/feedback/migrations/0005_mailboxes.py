"""Mailboxes that what comes back is picked up from."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feedback", "0004_returned")]

    operations = [
        migrations.RunSQL(
            files("penstock.feedback").joinpath("sql/mailboxes.sql").read_text("utf-8"),
            "drop table feedback_mailbox",
        )
    ]
