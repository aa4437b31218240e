"""Messages in several parts, and a number that several contacts have."""

from importlib.resources import files

from django.db import migrations

BACK = """
drop index delivery_recipient_once;
alter table delivery_recipient drop twin;
create unique index delivery_recipient_once on delivery_recipient (mailing, normal) where package > 0;
alter table delivery_due drop parts;
alter table delivery_package drop parts
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0010_retried_in_turn")]

    operations = [
        migrations.RunSQL(files("penstock.delivery").joinpath("sql/parts.sql").read_text("utf-8"), BACK)
    ]
