"""Where the tracked links of a mailing lead."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0006_watched")]

    operations = [
        migrations.RunSQL(
            files("penstock.delivery").joinpath("sql/links.sql").read_text("utf-8"),
            "drop table delivery_link",
        )
    ]
