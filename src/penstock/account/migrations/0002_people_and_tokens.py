"""People with their roles, sign-in links, tokens and their meters. Django's own table of users, never used, goes."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Meter",
            fields=[
                ("token", models.IntegerField(primary_key=True, serialize=False)),
                (
                    "next_at",
                    models.DateTimeField(help_text="When all that was granted will have been earned."),
                ),
                ("granted", models.BooleanField(help_text="Whether the last request was.")),
            ],
            options={
                "db_table": "account_meter",
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "email",
                    models.TextField(
                        help_text="Normalised by audience.address; also their identity.", unique=True
                    ),
                ),
                ("name", models.TextField()),
                (
                    "zone",
                    models.TextField(
                        default="UTC", help_text="IANA name of the time zone that they see times in."
                    ),
                ),
                (
                    "is_platform",
                    models.BooleanField(
                        default=False, help_text="Staff of the platform: moderates every account."
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True, help_text="Otherwise neither they nor their tokens get in."
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "account_person",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="account_person_email",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("hash", models.BinaryField(help_text="SHA-256 of the secret in the link.", unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "account_link",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="account.account"),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "account_membership",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("person"), models.F("account"), name="account_membership_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("roles__contained_by", ["author", "approver", "operator", "administrator"]),
                            ("roles__len__gt", 0),
                        ),
                        name="account_membership_roles",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("hash", models.BinaryField(help_text="SHA-256 of the secret.", unique=True)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                (
                    "identity",
                    models.TextField(
                        help_text="The person or program behind it, by whom approvals are counted."
                    ),
                ),
                ("rate", models.FloatField(help_text="Requests a second, in the long run.")),
                ("burst", models.IntegerField(help_text="Requests at once, after a pause.")),
                ("made_by", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(help_text="To the minute.", null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        help_text="Empty: every account (the platform's own).",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="account.account",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        help_text="Whose it is; it never does more than they may.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "account_token",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("account", "name"),
                        name="account_token_name",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gt", 0), ("burst__gt", 0)), name="account_token_rate"
                    ),
                ],
            },
        ),
        # Losing it in a crash grants a few requests too many; never writing it to the log makes a request cheap.
        migrations.RunSQL("alter table account_meter set unlogged", migrations.RunSQL.noop),
        migrations.RunSQL(
            "drop table if exists auth_user_groups, auth_user_user_permissions, auth_user",
            migrations.RunSQL.noop,
        ),
    ]
