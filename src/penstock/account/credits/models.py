"""The tables of credits: a balance for each account and channel, the entries that made it, and what each mailing has of it."""

from typing import Final

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from penstock.account.credits.kinds import KINDS

_ADDED: Final = Q(kind__in=["top_up", "taken_back"])


class CreditBalance(models.Model):
    """How many credits are where. The database itself refuses to let one vanish, appear or be spent that is not there."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey("penstock_account.Account", models.PROTECT, db_index=False)
    channel = models.TextField()
    available = models.BigIntegerField(default=0, db_default=0, help_text="Neither reserved nor spent.")
    reserved = models.BigIntegerField(default=0, db_default=0, help_text="Held by mailings under way.")
    spent = models.BigIntegerField(default=0, db_default=0, help_text="Without those that were returned.")
    topped_up = models.BigIntegerField(default=0, db_default=0, help_text="Without what was taken back.")

    class Meta:
        db_table = "account_credit_balance"
        constraints = [
            models.UniqueConstraint("account", "channel", name="account_credit_balance_once"),
            models.CheckConstraint(
                condition=Q(available__gte=0, reserved__gte=0, spent__gte=0, topped_up__gte=0),
                name="account_credit_balance_never_negative",
            ),
            models.CheckConstraint(
                condition=Q(topped_up=F("available") + F("reserved") + F("spent")),
                name="account_credit_balance_adds_up",
            ),
        ]


class CreditEntry(models.Model):
    """One line of the ledger of credits, by how much it changed each part of the balance. Only ever appended."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("penstock_account.Account", models.PROTECT, db_index=False)
    channel = models.TextField()
    at = models.DateTimeField(db_default=Now())
    kind = models.TextField(help_text="As credits.kinds names it.")
    available = models.BigIntegerField()
    reserved = models.BigIntegerField(default=0, db_default=0)
    spent = models.BigIntegerField(default=0, db_default=0)
    remaining = models.BigIntegerField(help_text="What was available after it.")
    mailing = models.IntegerField(null=True, help_text="No constraint: the ledger outlives what it names.")
    actor = models.TextField()
    door = models.TextField()
    note = models.TextField(default="", db_default="")
    reference = models.TextField(
        null=True, help_text="Of an invoice or a payment: one of a name counts once."
    )

    class Meta:
        db_table = "account_credit_entry"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(KINDS)), name="account_credit_entry_kind"),
            models.CheckConstraint(
                condition=(_ADDED & Q(reserved=0, spent=0, mailing__isnull=True))
                | (~_ADDED & Q(available=-F("reserved") - F("spent"), mailing__isnull=False)),
                name="account_credit_entry_adds_up",
            ),
            models.CheckConstraint(condition=Q(remaining__gte=0), name="account_credit_entry_remaining"),
            models.UniqueConstraint(
                fields=["account", "channel", "reference"],
                name="account_credit_entry_reference",
                condition=Q(reference__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "channel", "-id"], name="account_credit_entry_account"),
            models.Index(
                fields=["mailing"],
                name="account_credit_entry_mailing",
                condition=Q(mailing__isnull=False),
            ),
        ]


class CreditUse(models.Model):
    """What one mailing has of the credits of its account and channel: one row from its first reservation on."""

    mailing = models.IntegerField(primary_key=True)
    account = models.ForeignKey("penstock_account.Account", models.PROTECT, db_index=False)
    channel = models.TextField()
    reserved = models.IntegerField(help_text="For recipients who may still get it.")
    spent = models.IntegerField(help_text="For those it was handed over to, the bounced ones included.")
    returned = models.IntegerField(help_text="Of those spent: given back, because they bounced.")
    free = models.IntegerField(help_text="Recipients nobody paid for: the account was unlimited then.")
    free_bounced = models.IntegerField(help_text="Of them, how many had bounced when the first was paid for.")

    class Meta:
        db_table = "account_credit_use"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    reserved__gte=0,
                    spent__gte=0,
                    returned__gte=0,
                    free__gte=0,
                    returned__lte=F("spent"),
                ),
                name="account_credit_use_never_negative",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "-mailing"],
                name="account_credit_use_open",
                condition=Q(reserved__gt=0),
            )
        ]


class CreditEstimate(models.Model):
    """How many recipients a mailing that is planned would have, counted again since it was submitted."""

    mailing = models.IntegerField(primary_key=True)
    size = models.IntegerField()
    at = models.DateTimeField(db_default=Now())
    credits = models.BigIntegerField(
        null=True,
        help_text="Where a message may take several parts: how many they would take. Null: one each.",
    )
    basis = models.TextField(
        null=True, help_text="What `credits` was counted from, as credits.estimates names it."
    )

    class Meta:
        db_table = "account_credit_estimate"
