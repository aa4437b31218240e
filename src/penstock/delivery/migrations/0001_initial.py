"""The ledger, the packages, and the senders."""

from importlib.resources import files

from django.db import migrations

TABLES = (
    "recipient", "package", "outcome", "state", "reply", "due", "sender", "meter", "turn", "health", "server_meter",
)  # fmt: skip


class Migration(migrations.Migration):
    initial = True
    dependencies = [("mailing", "0001_initial"), ("audience", "0001_initial")]

    operations = [
        migrations.RunSQL(
            files("penstock.delivery").joinpath("sql/schema.sql").read_text("utf-8"),
            "; ".join(f"drop table delivery_{table}" for table in reversed(TABLES)),
        )
    ]
