"""Analyses with what they found, and tests."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("penstock_account", "0001_initial"),
        ("content", "0001_initial"),
        ("mailing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Analysis",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("audience", models.JSONField(help_text="The audience rule that was asked for.")),
                ("state", models.TextField(db_default="waiting", default="waiting")),
                (
                    "options",
                    models.JSONField(
                        db_default=models.Value({}, models.JSONField()),
                        default=dict,
                        help_text='{"links": true} to try links.',
                    ),
                ),
                (
                    "total",
                    models.IntegerField(
                        help_text="Recipients to look at; empty until they were counted.", null=True
                    ),
                ),
                (
                    "done",
                    models.IntegerField(db_default=0, default=0, help_text="Recipients that were looked at."),
                ),
                (
                    "figures",
                    models.JSONField(
                        db_default=models.Value({}, models.JSONField()),
                        default=dict,
                        help_text="Sizes, links, pictures, spam score.",
                    ),
                ),
                ("error", models.TextField(help_text="Why it failed, in words.", null=True)),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("started_at", models.DateTimeField(null=True)),
                (
                    "beat_at",
                    models.DateTimeField(help_text="The last sign of life while it runs.", null=True),
                ),
                ("ended_at", models.DateTimeField(null=True)),
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
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="mailing.mailing"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="content.message"
                    ),
                ),
            ],
            options={
                "db_table": "preflight_analysis",
                "indexes": [models.Index(fields=["mailing", "-id"], name="preflight_analysis_mailing")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "running", "done", "cancelled", "failed"])
                        ),
                        name="preflight_analysis_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "running"]),
                            ("ended_at__isnull", False),
                            _connector="XOR",
                        ),
                        name="preflight_analysis_ended",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "running"])),
                        fields=("mailing",),
                        name="preflight_analysis_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("severity", models.TextField(help_text="blocker, warning or note.")),
                (
                    "code",
                    models.TextField(help_text="For programs: template_error, variable_empty, no_text …"),
                ),
                ("place", models.TextField(help_text='Where: "subject", "html, line 12", "link https://…".')),
                ("text", models.TextField(help_text="What was found.")),
                ("cure", models.TextField(help_text="What to do about it.")),
                ("count", models.IntegerField(null=True)),
                ("rank", models.IntegerField(db_default=0, default=0, help_text="The worst first: 0.")),
                (
                    "analysis",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="preflight.analysis"),
                ),
            ],
            options={
                "db_table": "preflight_finding",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["blocker", "warning", "note"])),
                        name="preflight_finding_severity",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "finding_id", "contact", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "contact",
                    models.IntegerField(
                        help_text="No foreign key: contacts are erased when they ask for it."
                    ),
                ),
                (
                    "weight",
                    models.IntegerField(db_default=0, default=0, help_text="How bad: larger is worse."),
                ),
                ("detail", models.TextField(db_default="", default="")),
                (
                    "finding",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="preflight.finding"
                    ),
                ),
            ],
            options={
                "db_table": "preflight_case",
            },
        ),
        migrations.CreateModel(
            name="TestSend",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("revision", models.IntegerField()),
                (
                    "contact",
                    models.IntegerField(
                        help_text="As whom it was made; empty: as nobody, with empty attributes.", null=True
                    ),
                ),
                ("address", models.TextField(help_text="Where it went.")),
                (
                    "prefix",
                    models.TextField(db_default="", default="", help_text="What was put before the subject."),
                ),
                ("state", models.TextField(db_default="waiting", default="waiting")),
                (
                    "reply",
                    models.TextField(help_text="The server's words, or why nothing was sent.", null=True),
                ),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "begun_at",
                    models.DateTimeField(help_text="When a process took it into its hands.", null=True),
                ),
                ("ended_at", models.DateTimeField(null=True)),
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
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="mailing.mailing"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="content.message"
                    ),
                ),
            ],
            options={
                "db_table": "preflight_test",
                "indexes": [
                    models.Index(fields=["mailing", "-id"], name="preflight_test_mailing"),
                    models.Index(fields=["account", "asked_at"], name="preflight_test_lately"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "sending", "accepted", "refused", "failed", "in_doubt"])
                        ),
                        name="preflight_test_state",
                    )
                ],
            },
        ),
    ]
