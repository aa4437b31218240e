"""Steps of a chain remember whom of the steps before they have judged."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0003_timed")]

    operations = [
        migrations.RunSQL(
            files("penstock.delivery").joinpath("sql/judged.sql").read_text("utf-8"),
            "drop table delivery_judged",
        )
    ]
