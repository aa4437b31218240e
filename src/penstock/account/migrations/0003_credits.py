"""Credits: a balance for each account and channel, its entries, and what each mailing has of them."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("penstock_account", "0002_people_come_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="CreditEstimate",
            fields=[
                ("mailing", models.IntegerField(primary_key=True, serialize=False)),
                ("size", models.IntegerField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "account_credit_estimate",
            },
        ),
        migrations.CreateModel(
            name="CreditBalance",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("channel", models.TextField()),
                (
                    "available",
                    models.BigIntegerField(db_default=0, default=0, help_text="Neither reserved nor spent."),
                ),
                (
                    "reserved",
                    models.BigIntegerField(db_default=0, default=0, help_text="Held by mailings under way."),
                ),
                (
                    "spent",
                    models.BigIntegerField(
                        db_default=0, default=0, help_text="Without those that were returned."
                    ),
                ),
                (
                    "topped_up",
                    models.BigIntegerField(db_default=0, default=0, help_text="Without what was taken back."),
                ),
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
                "db_table": "account_credit_balance",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("channel"), name="account_credit_balance_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("available__gte", 0),
                            ("reserved__gte", 0),
                            ("spent__gte", 0),
                            ("topped_up__gte", 0),
                        ),
                        name="account_credit_balance_never_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "topped_up",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("available"), "+", models.F("reserved")
                                    ),
                                    "+",
                                    models.F("spent"),
                                ),
                            )
                        ),
                        name="account_credit_balance_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("channel", models.TextField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("kind", models.TextField(help_text="As credits.kinds names it.")),
                ("available", models.BigIntegerField()),
                ("reserved", models.BigIntegerField(db_default=0, default=0)),
                ("spent", models.BigIntegerField(db_default=0, default=0)),
                ("remaining", models.BigIntegerField(help_text="What was available after it.")),
                (
                    "mailing",
                    models.IntegerField(
                        help_text="No constraint: the ledger outlives what it names.", null=True
                    ),
                ),
                ("actor", models.TextField()),
                ("door", models.TextField()),
                ("note", models.TextField(db_default="", default="")),
                (
                    "reference",
                    models.TextField(
                        help_text="Of an invoice or a payment: one of a name counts once.", null=True
                    ),
                ),
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
                "db_table": "account_credit_entry",
                "indexes": [
                    models.Index(fields=["account", "channel", "-id"], name="account_credit_entry_account"),
                    models.Index(
                        condition=models.Q(("mailing__isnull", False)),
                        fields=["mailing"],
                        name="account_credit_entry_mailing",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["top_up", "taken_back", "reserved", "spent", "released", "returned"],
                            )
                        ),
                        name="account_credit_entry_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind__in", ["top_up", "taken_back"]),
                                ("mailing__isnull", True),
                                ("reserved", 0),
                                ("spent", 0),
                            ),
                            models.Q(
                                models.Q(("kind__in", ["top_up", "taken_back"]), _negated=True),
                                (
                                    "available",
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("reserved"), "*", models.Value(-1)
                                        ),
                                        "-",
                                        models.F("spent"),
                                    ),
                                ),
                                ("mailing__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="account_credit_entry_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("remaining__gte", 0)), name="account_credit_entry_remaining"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reference__isnull", False)),
                        fields=("account", "channel", "reference"),
                        name="account_credit_entry_reference",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditUse",
            fields=[
                ("mailing", models.IntegerField(primary_key=True, serialize=False)),
                ("channel", models.TextField()),
                ("reserved", models.IntegerField(help_text="For recipients who may still get it.")),
                (
                    "spent",
                    models.IntegerField(
                        help_text="For those it was handed over to, the bounced ones included."
                    ),
                ),
                (
                    "returned",
                    models.IntegerField(help_text="Of those spent: given back, because they bounced."),
                ),
                (
                    "free",
                    models.IntegerField(
                        help_text="Recipients nobody paid for: the account was unlimited then."
                    ),
                ),
                (
                    "free_bounced",
                    models.IntegerField(
                        help_text="Of them, how many had bounced when the first was paid for."
                    ),
                ),
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
                "db_table": "account_credit_use",
                "indexes": [
                    models.Index(
                        condition=models.Q(("reserved__gt", 0)),
                        fields=["account", "-mailing"],
                        name="account_credit_use_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("free__gte", 0),
                            ("reserved__gte", 0),
                            ("returned__gte", 0),
                            ("returned__lte", models.F("spent")),
                            ("spent__gte", 0),
                        ),
                        name="account_credit_use_never_negative",
                    )
                ],
            },
        ),
    ]
