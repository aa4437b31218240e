"""Packages that are to be finished although their mailing is paused or being cancelled."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "alter table delivery_package add column bound boolean not null default false",
            "alter table delivery_package drop column bound",
        )
    ]
