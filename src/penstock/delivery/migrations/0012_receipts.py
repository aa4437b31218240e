"""Ids of short messages, and the receipts that come in for them."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0011_parts")]

    operations = [
        migrations.RunSQL(
            files("penstock.delivery").joinpath("sql/receipts.sql").read_text("utf-8"),
            "drop table delivery_message, delivery_receipt",
        )
    ]
