"""Accounts and transports; account 1 exists from the start."""

import django.db.models.deletion
from django.db import migrations, models


def create_default_account(apps, schema_editor):
    apps.get_model("account", "Account").objects.get_or_create(id=1, defaults={"name": "default"})
    schema_editor.execute("select setval(pg_get_serial_sequence('account_account', 'id'), 1)")


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.TextField(unique=True)),
                (
                    "zone",
                    models.TextField(
                        default="UTC", help_text="IANA name of the time zone that plans refer to."
                    ),
                ),
                (
                    "policy",
                    models.JSONField(
                        default=dict, help_text="Only what differs from the defaults of account.policy."
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"db_table": "account_account"},
        ),
        migrations.CreateModel(
            name="Transport",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                (
                    "url",
                    models.TextField(
                        help_text="As transport.smtp.server understands it, without the password."
                    ),
                ),
                (
                    "secret",
                    models.BinaryField(null=True, help_text="The password, encrypted by account.secrets."),
                ),
                ("connections", models.PositiveSmallIntegerField(default=10)),
                (
                    "rate",
                    models.FloatField(
                        null=True, help_text="Messages a second, over all senders; empty: no limit."
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="account.account"),
                ),
            ],
            options={
                "db_table": "account_transport",
                "constraints": [models.UniqueConstraint("account", "name", name="account_transport_name")],
            },
        ),
        migrations.RunPython(create_default_account, migrations.RunPython.noop),
    ]
