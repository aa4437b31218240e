"""Addresses at which providers tell what became of messages."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feedback", "0005_mailboxes"), ("penstock_account", "0004_limits")]

    operations = [
        migrations.RunSQL(
            files("penstock.feedback").joinpath("sql/hooks.sql").read_text("utf-8"),
            "drop table feedback_hook",
        )
    ]
