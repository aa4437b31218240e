"""Segments, and the indexes that they are asked by."""

from importlib.resources import files

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audience", "0001_initial"), ("penstock_account", "0001_initial")]

    operations = [
        migrations.RunSQL(
            files("penstock.audience").joinpath("sql/segments.sql").read_text("utf-8"),
            "drop table audience_segment, audience_indexed;"
            " drop index audience_contact_domain, audience_contact_created",
        )
    ]
