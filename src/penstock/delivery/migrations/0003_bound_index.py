"""Finding what is to be finished although its mailing is stopped: senders ask every second."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0002_bound")]

    operations = [
        migrations.RunSQL(
            "create index delivery_package_bound on delivery_package (mailing) where bound",
            "drop index delivery_package_bound",
        )
    ]
