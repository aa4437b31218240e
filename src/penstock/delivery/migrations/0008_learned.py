"""What is learnt of a recipient after the hand-off: bounces still to be noted, and what was learnt too early."""

from importlib.resources import files

from django.db import migrations

BACK = """
drop table delivery_early;
drop index delivery_outcome_unnoted;
alter table delivery_outcome drop noted
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0007_links")]

    operations = [
        migrations.RunSQL(files("penstock.delivery").joinpath("sql/learned.sql").read_text("utf-8"), BACK)
    ]
