"""Those who were tried before take turns with those who were not."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0009_forgotten")]

    operations = [
        migrations.RunSQL(
            files("penstock.delivery").joinpath("sql/retried_in_turn.sql").read_text("utf-8"),
            "drop index delivery_package_again; alter table delivery_turn drop column again",
        )
    ]
