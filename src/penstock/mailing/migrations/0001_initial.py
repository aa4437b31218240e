"""Mailings and what was decided about them; the journal and its chains; kill switches."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("penstock_account", "0001_initial"),
        ("content", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Chain",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "mailing", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mailing", models.IntegerField()),
                ("length", models.IntegerField()),
                ("link", models.BinaryField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="penstock_account.account",
                    ),
                ),
            ],
            options={
                "db_table": "mailing_chain",
            },
        ),
        migrations.CreateModel(
            name="Mailing",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("channel", models.TextField(default="email")),
                ("state", models.TextField(default="draft")),
                (
                    "came_from",
                    models.TextField(
                        help_text="The state that a paused or interrupted mailing goes back to.", null=True
                    ),
                ),
                (
                    "reason",
                    models.JSONField(
                        help_text="{code, text, who, since}: reports, plays no part in the machine.",
                        null=True,
                    ),
                ),
                (
                    "version",
                    models.IntegerField(
                        default=1, help_text="Grows with every change; the expected version of a command."
                    ),
                ),
                ("revision", models.IntegerField(default=1)),
                ("audience", models.JSONField(help_text='The rule: {"list": 3}.')),
                ("plan", models.JSONField(help_text="As mailing.plan reads it.", null=True)),
                (
                    "due_at",
                    models.DateTimeField(help_text="When it is to start, if its plan has a time.", null=True),
                ),
                ("ends_at", models.DateTimeField(help_text="The plan's end date.", null=True)),
                (
                    "undo_until",
                    models.DateTimeField(help_text="Until then a start can be taken back.", null=True),
                ),
                (
                    "let_go",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(),
                        help_text="Expired kill switches that somebody went on past.",
                        null=True,
                        size=None,
                    ),
                ),
                (
                    "digest",
                    models.TextField(
                        help_text="Of what was submitted; approvals are bound to it.", null=True
                    ),
                ),
                (
                    "authors",
                    models.JSONField(default=list, help_text="Who wrote or submitted this revision."),
                ),
                (
                    "approved_size",
                    models.IntegerField(help_text="How many would have got it at submission.", null=True),
                ),
                (
                    "options",
                    models.JSONField(default=dict, help_text="Policies that differ for this mailing."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("frozen_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("archived_at", models.DateTimeField(null=True)),
                (
                    "deleted_at",
                    models.DateTimeField(
                        help_text="Gone from the lists; journal and ledger stay.", null=True
                    ),
                ),
                (
                    "suppressed_to",
                    models.BigIntegerField(default=0, help_text="The newest suppression the freeze saw."),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="penstock_account.account"
                    ),
                ),
                (
                    "copied_from",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="mailing.mailing",
                    ),
                ),
                (
                    "fixes",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="mailing.mailing",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="content.message"),
                ),
                (
                    "transport",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="penstock_account.transport"
                    ),
                ),
            ],
            options={
                "db_table": "mailing_mailing",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["starting", "sending", "finishing", "cancelling"])),
                        fields=["id"],
                        name="mailing_mailing_live",
                    ),
                    models.Index(fields=["account", "-id"], name="mailing_mailing_account"),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ["starting", "sending", "cancelling", "paused", "queued"])
                        ),
                        fields=["account"],
                        name="mailing_mailing_busy",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["in_review", "in_moderation", "scheduled"])),
                        fields=["due_at"],
                        name="mailing_mailing_due",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("ends_at__isnull", False),
                            models.Q(
                                ("state__in", ["draft", "sent", "cancelled", "expired", "rejected"]),
                                _negated=True,
                            ),
                        ),
                        fields=["ends_at"],
                        name="mailing_mailing_ends",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "in_review",
                                    "in_moderation",
                                    "rejected",
                                    "parked",
                                    "scheduled",
                                    "queued",
                                    "starting",
                                    "sending",
                                    "paused",
                                    "interrupted",
                                    "finishing",
                                    "cancelling",
                                    "sent",
                                    "cancelled",
                                    "expired",
                                ],
                            )
                        ),
                        name="mailing_mailing_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["paused", "interrupted"]),
                            ("came_from__isnull", True),
                            _connector="XOR",
                        ),
                        name="mailing_mailing_came_from",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["sending", "finishing"]), _negated=True),
                            ("frozen_at__isnull", False),
                            _connector="OR",
                        ),
                        name="mailing_mailing_frozen",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("revision", models.IntegerField()),
                ("kind", models.TextField()),
                ("digest", models.TextField()),
                ("identity", models.TextField(help_text="Who: an approver counts once.")),
                (
                    "reviewed",
                    models.BooleanField(
                        help_text="Whether it was looked at: the digest came with the approval."
                    ),
                ),
                (
                    "analysed",
                    models.BooleanField(
                        db_default=True, default=True, help_text="Whether the analysis was over by then."
                    ),
                ),
                ("at", models.DateTimeField()),
                ("voided_at", models.DateTimeField(null=True)),
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="mailing.mailing"),
                ),
            ],
            options={
                "db_table": "mailing_approval",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["approval", "validation"])),
                        name="mailing_approval_kind",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("voided_at__isnull", True)),
                        fields=("mailing", "digest", "kind", "identity"),
                        name="mailing_approval_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("place", models.IntegerField(default=0, help_text="In its chain, from 1.")),
                (
                    "link",
                    models.BinaryField(
                        default=b"", help_text="Keyed hash over this line and the link before it."
                    ),
                ),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("door", models.TextField(help_text="cli, api, web, or system.")),
                ("command", models.TextField()),
                ("from_state", models.TextField(null=True)),
                ("to_state", models.TextField(null=True)),
                ("reason", models.TextField(null=True)),
                ("data", models.JSONField(default=dict)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="penstock_account.account"
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
                "db_table": "mailing_entry",
                "indexes": [
                    models.Index(fields=["mailing", "id"], name="mailing_entry_mailing"),
                    models.Index(fields=["account", "id"], name="mailing_entry_account"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Queue",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="penstock_account.account",
                    ),
                ),
                ("version", models.IntegerField(default=0)),
                (
                    "mailings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
            ],
            options={
                "db_table": "mailing_queue",
            },
        ),
        migrations.CreateModel(
            name="Repetition",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id",
                        "identity",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("identity", models.TextField()),
                ("key", models.TextField()),
                (
                    "fingerprint",
                    models.TextField(help_text="Of the request: the key must not be used for another one."),
                ),
                ("answer", models.JSONField()),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="penstock_account.account",
                    ),
                ),
            ],
            options={
                "db_table": "mailing_repetition",
            },
        ),
        migrations.CreateModel(
            name="Saved",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("revision", models.IntegerField()),
                ("identity", models.TextField(help_text="Who saved it.")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "mailing",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="mailing.mailing"),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="content.message"
                    ),
                ),
            ],
            options={
                "db_table": "mailing_saved",
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("revision", models.IntegerField()),
                ("digest", models.TextField()),
                ("audience", models.JSONField()),
                ("plan", models.JSONField()),
                ("identity", models.TextField(help_text="Who submitted it.")),
                ("at", models.DateTimeField()),
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="mailing.mailing"),
                ),
                (
                    "message",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="content.message"),
                ),
                (
                    "transport",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="penstock_account.transport",
                    ),
                ),
            ],
            options={
                "db_table": "mailing_submission",
            },
        ),
        migrations.CreateModel(
            name="Switch",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("scope", models.TextField()),
                (
                    "value",
                    models.TextField(
                        default="", help_text="The channel, sender address, domain or transport."
                    ),
                ),
                ("reason", models.TextField()),
                ("made_by", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_by", models.TextField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        help_text="Empty: every account.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="penstock_account.account",
                    ),
                ),
            ],
            options={
                "db_table": "mailing_switch",
                "indexes": [
                    models.Index(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=["id"],
                        name="mailing_switch_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scope__in", ["all", "account", "channel", "sender", "domain", "transport"])
                        ),
                        name="mailing_switch_scope",
                    )
                ],
            },
        ),
    ]
