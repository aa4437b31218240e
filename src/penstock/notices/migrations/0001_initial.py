"""News of mailings: for people's inboxes, and for webhooks."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("penstock_account", "0001_initial"),
        ("mailing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cursor",
            fields=[
                ("only", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                (
                    "last_entry",
                    models.BigIntegerField(help_text="The highest id of the journal that was read."),
                ),
            ],
            options={
                "db_table": "notices_cursor",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("only", 1)), name="notices_cursor_only")
                ],
            },
        ),
        migrations.CreateModel(
            name="Gap",
            fields=[
                ("first", models.BigIntegerField(primary_key=True, serialize=False)),
                ("beyond", models.BigIntegerField(help_text="The first id that is no longer meant.")),
                (
                    "until",
                    models.BigIntegerField(
                        help_text="Transactions from this number on cannot have taken these ids (pg_snapshot_xmax)."
                    ),
                ),
            ],
            options={
                "db_table": "notices_gap",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("beyond__gt", models.F("first"))), name="notices_gap_some"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "uuid",
                    models.UUIDField(help_text="The webhook-id, and part of the Message-ID.", unique=True),
                ),
                ("entry", models.BigIntegerField(help_text="The entry of the journal that it tells about.")),
                ("kind", models.TextField(help_text="As notices.kinds names it: mailing.to_approve …")),
                ("at", models.DateTimeField(help_text="When it happened.")),
                ("subject", models.TextField()),
                ("text", models.TextField()),
                ("data", models.JSONField(help_text="What webhooks carry as `data`.")),
                (
                    "read_at",
                    models.DateTimeField(help_text="By somebody who is no person (a token).", null=True),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="penstock_account.account",
                    ),
                ),
                (
                    "mailing",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="mailing.mailing"
                    ),
                ),
            ],
            options={
                "db_table": "notices_notice",
                "indexes": [models.Index(fields=["account", "-id"], name="notices_notice_account")],
                "constraints": [
                    models.UniqueConstraint(models.F("entry"), models.F("kind"), name="notices_notice_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Copy",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("identity", models.TextField(help_text="The person: their e-mail address.")),
                ("state", models.TextField()),
                ("due_at", models.DateTimeField(help_text="Of the next attempt, while it waits.", null=True)),
                (
                    "queued_until",
                    models.DateTimeField(
                        help_text="Until then a job for it is believed to be under way.", null=True
                    ),
                ),
                (
                    "begun_at",
                    models.DateTimeField(
                        help_text="Handed to a server; the answer is not noted yet.", null=True
                    ),
                ),
                ("attempts", models.SmallIntegerField(default=0)),
                (
                    "reply",
                    models.TextField(default="", help_text="What the server said last, or what kept it."),
                ),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "notice",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="notices.notice"
                    ),
                ),
            ],
            options={
                "db_table": "notices_copy",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["due_at"],
                        name="notices_copy_waiting",
                    ),
                    models.Index(fields=["identity", "-notice"], name="notices_copy_identity"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("notice"), models.F("identity"), name="notices_copy_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["listed", "waiting", "accepted", "refused", "in_doubt"])
                        ),
                        name="notices_copy_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "waiting"), _negated=True),
                            ("due_at__isnull", False),
                            _connector="OR",
                        ),
                        name="notices_copy_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Setting",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="penstock_account.account",
                    ),
                ),
                ("sender", models.TextField(help_text="Name <address>, as it stands in From.")),
                (
                    "transport",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="penstock_account.transport",
                    ),
                ),
            ],
            options={
                "db_table": "notices_setting",
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("url", models.TextField()),
                ("description", models.TextField(default="")),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        help_text="The kinds it is told of; empty: all.",
                        size=None,
                    ),
                ),
                ("secret", models.BinaryField(help_text="whsec_…, encrypted by account.secrets.")),
                (
                    "previous_secret",
                    models.BinaryField(help_text="The one before, which still signs for a while.", null=True),
                ),
                ("previous_until", models.DateTimeField(null=True)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.TextField()),
                (
                    "failing_since",
                    models.DateTimeField(help_text="No delivery has succeeded since then.", null=True),
                ),
                (
                    "failures",
                    models.IntegerField(default=0, help_text="Attempts that failed since the last success."),
                ),
                (
                    "rest_until",
                    models.DateTimeField(help_text="Nothing is tried before: it failed just now.", null=True),
                ),
                (
                    "queued_until",
                    models.DateTimeField(
                        help_text="Until then a job for it is believed to be under way.", null=True
                    ),
                ),
                ("disabled_at", models.DateTimeField(null=True)),
                ("disabled_why", models.TextField(default="")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="penstock_account.account"
                    ),
                ),
            ],
            options={
                "db_table": "notices_webhook",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("uuid", models.UUIDField(help_text="The webhook-id: the same for each attempt.")),
                ("kind", models.TextField()),
                ("body", models.TextField()),
                ("at", models.DateTimeField()),
                ("state", models.TextField()),
                ("attempts", models.IntegerField(default=0)),
                ("due_at", models.DateTimeField(help_text="Of the next attempt, while it waits.", null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "notice",
                    models.ForeignKey(
                        help_text="None: a test.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="notices.notice",
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="notices.webhook"
                    ),
                ),
            ],
            options={
                "db_table": "notices_delivery",
                "indexes": [
                    models.Index(fields=["webhook", "-id"], name="notices_delivery_webhook"),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["due_at", "webhook"],
                        name="notices_delivery_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("webhook"), models.F("notice"), name="notices_delivery_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "delivered", "failed"])),
                        name="notices_delivery_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("due_at__isnull", False), ("settled_at__isnull", True), ("state", "waiting")
                            ),
                            models.Q(("settled_at__isnull", False), ("state__in", ["delivered", "failed"])),
                            _connector="OR",
                        ),
                        name="notices_delivery_due",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                (
                    "status",
                    models.SmallIntegerField(help_text="Of HTTP; none when there was no answer.", null=True),
                ),
                (
                    "error",
                    models.TextField(
                        default="", help_text="Why there was no answer, or why it is no success."
                    ),
                ),
                ("response", models.TextField(default="", help_text="The beginning of what was answered.")),
                (
                    "delivery",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="notices.delivery"),
                ),
            ],
            options={
                "db_table": "notices_attempt",
            },
        ),
        migrations.RunSQL(
            'insert into notices_cursor ("only", last_entry) values (1, 0)', "delete from notices_cursor"
        ),
    ]
