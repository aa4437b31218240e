"""Orders, and what a mailing brought in."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feedback", "0002_counted")]

    operations = [
        migrations.RunSQL(
            files("penstock.feedback").joinpath("sql/orders.sql").read_text("utf-8"),
            "drop table feedback_order, feedback_revenue, feedback_buyer",
        )
    ]
