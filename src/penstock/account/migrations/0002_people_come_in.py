"""How people come in: invitations, what the web processes remember together of attempts, and each person's language."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("penstock_account", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("cache_key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("expires", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "account_note",
            },
        ),
        migrations.AddField(
            model_name="person",
            name="language",
            field=models.TextField(
                db_default="", default="", help_text="en, fr, or empty: what their browser asks for."
            ),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("email", models.TextField(help_text="Normalised by audience.address.")),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("language", models.TextField(help_text="In which the letter is written: en or fr.")),
                (
                    "hash",
                    models.BinaryField(
                        help_text="SHA-256 of the secret in the link.", null=True, unique=True
                    ),
                ),
                ("made_by", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "mail",
                    models.TextField(
                        default="", help_text="What became of the letter: waiting, sent, failed; empty: none."
                    ),
                ),
                ("reply", models.TextField(default="", help_text="What the server said of the letter.")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="penstock_account.account"
                    ),
                ),
                (
                    "maker",
                    models.ForeignKey(
                        help_text="Who invited, and must still be allowed to when it is accepted; empty: who owns the machine.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "account_invitation",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("email"), name="account_invitation_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("roles__contained_by", ["author", "approver", "operator", "administrator"]),
                            ("roles__len__gt", 0),
                        ),
                        name="account_invitation_roles",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mail__in", ["", "waiting", "sent", "failed"])),
                        name="account_invitation_mail",
                    ),
                ],
            },
        ),
        # Losing it in a crash forgets some attempts; never writing it to the log makes counting them cheap.
        migrations.RunSQL("alter table account_note set unlogged", migrations.RunSQL.noop),
    ]
