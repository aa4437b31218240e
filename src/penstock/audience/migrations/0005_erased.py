"""Who was erased, who came back, and the addresses that people had before."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audience", "0004_soft_bounces")]

    operations = [
        migrations.RunSQL(
            files("penstock.audience").joinpath("sql/erased.sql").read_text("utf-8"),
            "drop table audience_erased, audience_returned, audience_former, audience_erasure",
        )
    ]
