"""People who were erased: their rows are found where they were passed over, and cleaned once more."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0008_learned")]

    operations = [
        migrations.RunSQL(
            files("penstock.delivery").joinpath("sql/passed_over.sql").read_text("utf-8"),
            "drop table delivery_forgotten; drop index delivery_recipient_passed_over",
        )
    ]
