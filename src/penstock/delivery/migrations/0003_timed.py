"""Packages with a time of their own: batches, zones, lanes; and who has left the audience since the freeze."""

from importlib.resources import files

from django.db import migrations

BACK = """
drop table delivery_left;
drop index delivery_package_open;
alter table delivery_package drop slot, drop zone, drop lane, drop planned_at, drop held;
create index delivery_package_open on delivery_package (mailing, no) where state in ('waiting', 'active')
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0002_rare_outcomes")]

    operations = [
        migrations.RunSQL(files("penstock.delivery").joinpath("sql/timed.sql").read_text("utf-8"), BACK)
    ]
