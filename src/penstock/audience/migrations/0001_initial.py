"""Contacts, lists, imports, suppressions."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("penstock_account", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("address", models.TextField(help_text="As it was given, trimmed.")),
                (
                    "normal",
                    models.TextField(
                        db_collation="C",
                        help_text="As audience.address normalises it: what makes two the same.",
                    ),
                ),
                (
                    "attributes",
                    models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="penstock_account.account",
                    ),
                ),
            ],
            options={
                "db_table": "audience_contact",
                "constraints": [
                    models.UniqueConstraint(fields=("normal", "account"), name="audience_contact_normal")
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactList",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                "db_table": "audience_list",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "name"), name="audience_list_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "columns",
                    models.JSONField(
                        db_default=models.Value([], models.JSONField()),
                        default=list,
                        help_text="Attributes, in the file's order.",
                    ),
                ),
                ("name", models.TextField(help_text="The name of the file.")),
                ("state", models.TextField(db_default="running", default="running")),
                ("error", models.TextField(help_text="Why it failed, for people.", null=True)),
                (
                    "error_code",
                    models.TextField(
                        help_text="The same for programs: the code of an ImportFileError.", null=True
                    ),
                ),
                (
                    "wanted",
                    models.JSONField(
                        help_text="Of an upload: file (in the home), list, address_column, home.", null=True
                    ),
                ),
                (
                    "progress",
                    models.JSONField(
                        help_text="Of an upload: phase, read and total (bytes), rows.", null=True
                    ),
                ),
                ("rows", models.BigIntegerField(db_default=0, default=0)),
                ("created", models.BigIntegerField(db_default=0, default=0)),
                ("updated", models.BigIntegerField(db_default=0, default=0)),
                ("unchanged", models.BigIntegerField(db_default=0, default=0)),
                ("duplicates", models.BigIntegerField(db_default=0, default=0)),
                ("rejected", models.BigIntegerField(db_default=0, default=0)),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="penstock_account.account",
                    ),
                ),
                (
                    "list",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="audience.contactlist",
                    ),
                ),
            ],
            options={
                "db_table": "audience_import",
                "indexes": [models.Index(fields=["account", "id"], name="audience_import_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("state__in", ["waiting", "running"])),
                            models.Q(("finished_at__isnull", False), ("state__in", ["done", "failed"])),
                            _connector="OR",
                        ),
                        name="audience_import_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rows",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("created"), "+", models.F("updated")
                                            ),
                                            "+",
                                            models.F("unchanged"),
                                        ),
                                        "+",
                                        models.F("duplicates"),
                                    ),
                                    "+",
                                    models.F("rejected"),
                                ),
                            )
                        ),
                        name="audience_import_rows",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportProblem",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id", "line", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "line",
                    models.BigIntegerField(
                        help_text="The number of the line in the file, the first being 1."
                    ),
                ),
                ("kind", models.TextField(help_text="rejected, or duplicate.")),
                ("value", models.TextField()),
                ("reason", models.TextField()),
                (
                    "batch",
                    models.ForeignKey(
                        db_column="import_id",
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="audience.import",
                    ),
                ),
            ],
            options={
                "db_table": "audience_import_problem",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["rejected", "duplicate"])),
                        name="audience_import_problem_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "list_id", "contact_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("added_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="audience.contact",
                    ),
                ),
                (
                    "list",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="audience.contactlist",
                    ),
                ),
            ],
            options={
                "db_table": "audience_membership",
            },
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("normal", models.TextField(db_collation="C")),
                ("reason", models.TextField()),
                ("origin", models.TextField(help_text="Where it came from: 'mailing 12', 'cli'.")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="penstock_account.account",
                    ),
                ),
            ],
            options={
                "db_table": "audience_suppression",
                "indexes": [models.Index(fields=["account", "id"], name="audience_suppression_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "normal"), name="audience_suppression_normal"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reason__in", ("unsubscribed", "hard_bounce", "complaint", "manual", "invalid"))
                        ),
                        name="audience_suppression_reason",
                    ),
                ],
            },
        ),
    ]
