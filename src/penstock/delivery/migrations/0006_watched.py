"""What is watched of a mailing that is being sent: its breaker, its canary, its progress."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0005_limits")]

    operations = [
        migrations.RunSQL(
            files("penstock.delivery").joinpath("sql/watched.sql").read_text("utf-8"),
            "drop table delivery_watch",
        )
    ]
