"""Receipts that bear our mark know their recipient without an id."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0012_receipts")]

    operations = [
        migrations.RunSQL(
            files("penstock.delivery").joinpath("sql/marked_receipts.sql").read_text("utf-8"),
            "alter table delivery_receipt drop column mailing, drop column seq",
        )
    ]
