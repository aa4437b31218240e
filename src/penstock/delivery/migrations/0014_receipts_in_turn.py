"""Transports take turns with their receipts."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0013_marked_receipts")]

    operations = [
        migrations.RunSQL(
            files("penstock.delivery").joinpath("sql/receipts_in_turn.sql").read_text("utf-8"),
            "drop index delivery_receipt_turn; create index delivery_receipt_look on delivery_receipt (look_at, no)",
        )
    ]
