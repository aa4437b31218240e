"""One table of meters for whatever has a rate, and the domains that are spared for a while."""

from importlib.resources import files

from django.db import migrations

BACK = """
drop table delivery_backoff, delivery_meter_turn, delivery_meter;
create table delivery_meter (mailing integer primary key, next_at timestamptz not null);
create unlogged table delivery_server_meter (server integer primary key, next_at timestamptz not null)
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0004_judged"), ("penstock_account", "0004_limits")]

    operations = [
        migrations.RunSQL(files("penstock.delivery").joinpath("sql/limits.sql").read_text("utf-8"), BACK)
    ]
