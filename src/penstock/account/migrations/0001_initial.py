"""Accounts, people and tokens, sender domains, transports; account 1 exists from the start."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


def create_default_account(apps, schema_editor):
    apps.get_model("penstock_account", "Account").objects.get_or_create(id=1, defaults={"name": "default"})
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
            options={
                "db_table": "account_account",
            },
        ),
        migrations.CreateModel(
            name="Domain",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.TextField(help_text="A-labels, lower case, without a dot at the end.")),
                (
                    "spf",
                    models.TextField(
                        help_text="The mechanism that lets our servers send: include:…, ip4:…, a:…."
                    ),
                ),
                (
                    "return_host",
                    models.TextField(
                        help_text="The host of its return path, under the name; empty: the name itself.",
                        null=True,
                    ),
                ),
                (
                    "return_target",
                    models.TextField(
                        help_text="The mail server that its return path's MX is to name; empty: any that takes mail.",
                        null=True,
                    ),
                ),
                (
                    "return_found_at",
                    models.DateTimeField(
                        help_text="When the return host was last right; empty: it is not used.", null=True
                    ),
                ),
                ("verified_at", models.DateTimeField(help_text="Empty: not verified (any more).", null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("check_at", models.DateTimeField(help_text="When it is to be checked again.", null=True)),
                (
                    "failing_since",
                    models.DateTimeField(help_text="Since when a verified one answers otherwise.", null=True),
                ),
                (
                    "found",
                    models.JSONField(
                        db_default=models.Value({}, models.JSONField()),
                        default=dict,
                        help_text="What the last check said of each record.",
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="penstock_account.account"
                    ),
                ),
            ],
            options={
                "db_table": "account_domain",
                "indexes": [models.Index(fields=["check_at"], name="account_domain_check")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("name"), name="account_domain_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", django.db.models.functions.text.Lower("name"))),
                        name="account_domain_lower",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DomainKey",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("selector", models.TextField()),
                ("algorithm", models.TextField(help_text="rsa (2048 bits) or ed25519 (RFC 8463).")),
                (
                    "secret",
                    models.BinaryField(
                        help_text="The private key, PKCS #8 in DER, encrypted by account.secrets."
                    ),
                ),
                ("public", models.TextField(help_text="What stands in p= of the record, base64.")),
                (
                    "found_at",
                    models.DateTimeField(
                        help_text="When its record was last right; empty: it does not sign.", null=True
                    ),
                ),
                (
                    "failing_since",
                    models.DateTimeField(
                        help_text="Since when the record of a key that signs is wrong or gone.", null=True
                    ),
                ),
                (
                    "failures",
                    models.PositiveSmallIntegerField(
                        db_default=0, default=0, help_text="Checks in a row that found it so."
                    ),
                ),
                (
                    "retired_at",
                    models.DateTimeField(
                        help_text="It signs no more; its record stays until it is deleted.", null=True
                    ),
                ),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "domain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="penstock_account.domain"
                    ),
                ),
            ],
            options={
                "db_table": "account_domain_key",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("domain"), models.F("selector"), name="account_domain_key_selector"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("algorithm__in", ["rsa", "ed25519"])),
                        name="account_domain_key_algorithm",
                    ),
                ],
            },
        ),
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
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="penstock_account.account"
                    ),
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
                        to="penstock_account.account",
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
        migrations.CreateModel(
            name="Transport",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                (
                    "is_local",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="All it hands over stays on this machine: nothing to verify.",
                    ),
                ),
                (
                    "version",
                    models.IntegerField(
                        db_default=1,
                        default=1,
                        help_text="Counts changes of its servers: senders look at it.",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="penstock_account.account"
                    ),
                ),
            ],
            options={
                "db_table": "account_transport",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("name"), name="account_transport_name"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Server",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("place", models.PositiveSmallIntegerField(help_text="Its place in the list, from 1.")),
                (
                    "url",
                    models.TextField(help_text="As transport.terms understands it, without the password."),
                ),
                (
                    "secret",
                    models.BinaryField(help_text="The password, encrypted by account.secrets.", null=True),
                ),
                (
                    "weight",
                    models.PositiveSmallIntegerField(
                        db_default=1,
                        default=1,
                        help_text="Its part of the messages, in proportion to the others.",
                    ),
                ),
                (
                    "connections",
                    models.PositiveSmallIntegerField(
                        db_default=10,
                        default=10,
                        help_text="Connections that one sender opens for one mailing.",
                    ),
                ),
                (
                    "connection_limit",
                    models.PositiveSmallIntegerField(
                        help_text="Connections over all senders and mailings; empty: no limit.", null=True
                    ),
                ),
                (
                    "rate",
                    models.FloatField(
                        help_text="Messages a second, over all senders and mailings; empty: no limit.",
                        null=True,
                    ),
                ),
                ("enabled", models.BooleanField(db_default=True, default=True)),
                (
                    "transport",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="penstock_account.transport"
                    ),
                ),
            ],
            options={
                "db_table": "account_server",
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=models.Deferrable.DEFERRED,
                        fields=("transport", "place"),
                        name="account_server_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gt", 0)), name="account_server_weight"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__isnull", True), ("rate__gt", 0), _connector="OR"),
                        name="account_server_rate",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("connection_limit__isnull", True), ("connection_limit__gt", 0), _connector="OR"
                        ),
                        name="account_server_limit",
                    ),
                ],
            },
        ),
        # Losing it in a crash grants a few requests too many; never writing it to the log makes a request cheap.
        migrations.RunSQL("alter table account_meter set unlogged", migrations.RunSQL.noop),
        migrations.RunPython(create_default_account, migrations.RunPython.noop),
    ]
