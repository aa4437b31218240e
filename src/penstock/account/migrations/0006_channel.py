"""What a transport carries, and whether its servers tell later what has arrived."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("penstock_account", "0005_estimates_in_parts")]

    operations = [
        migrations.AddField(
            model_name="transport",
            name="channel",
            field=models.TextField(
                db_default="email", default="email", help_text="email or sms: what all its servers carry."
            ),
        ),
        migrations.AddField(
            model_name="transport",
            name="receipts",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="One of its servers tells later whether a message has arrived.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transport",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["email", "sms"])), name="account_transport_channel"
            ),
        ),
    ]
