"""The tables of notices: how far the journal was read, what was told to whom, and the webhooks with their delivery log."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Cursor(models.Model):
    """How far the journal was read: one row. Ids commit out of order, so that `Gap` remembers what was jumped over."""

    only = models.SmallIntegerField(primary_key=True, default=1)
    last_entry = models.BigIntegerField(help_text="The highest id of the journal that was read.")

    class Meta:
        db_table = "notices_cursor"
        constraints = [models.CheckConstraint(condition=Q(only=1), name="notices_cursor_only")]


class Gap(models.Model):
    """Ids of the journal below the cursor that were not there when it passed: they may commit yet, or never."""

    first = models.BigIntegerField(primary_key=True)
    beyond = models.BigIntegerField(help_text="The first id that is no longer meant.")
    until = models.BigIntegerField(
        help_text="Transactions from this number on cannot have taken these ids (pg_snapshot_xmax)."
    )

    class Meta:
        db_table = "notices_gap"
        constraints = [
            models.CheckConstraint(condition=Q(beyond__gt=models.F("first")), name="notices_gap_some")
        ]


class Setting(models.Model):
    """How an account's notices leave by e-mail; without one they are only listed."""

    account = models.OneToOneField("penstock_account.Account", models.CASCADE, primary_key=True)
    # No constraint: a transport may be deleted; the notices are only listed then.
    transport = models.ForeignKey(
        "penstock_account.Transport", models.DO_NOTHING, null=True, db_constraint=False
    )
    sender = models.TextField(help_text="Name <address>, as it stands in From.")

    class Meta:
        db_table = "notices_setting"


class Notice(models.Model):
    """One thing that people or programs were told. At most one of a kind for an entry of the journal."""

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, help_text="The webhook-id, and part of the Message-ID.")
    account = models.ForeignKey("penstock_account.Account", models.PROTECT, db_index=False)
    mailing = models.ForeignKey("mailing.Mailing", models.PROTECT, null=True)
    entry = models.BigIntegerField(help_text="The entry of the journal that it tells about.")
    kind = models.TextField(help_text="As notices.kinds names it: mailing.to_approve …")
    at = models.DateTimeField(help_text="When it happened.")
    subject = models.TextField()
    text = models.TextField()
    data = models.JSONField(help_text="What webhooks carry as `data`.")
    read_at = models.DateTimeField(null=True, help_text="By somebody who is no person (a token).")

    class Meta:
        db_table = "notices_notice"
        constraints = [models.UniqueConstraint("entry", "kind", name="notices_notice_once")]
        indexes = [models.Index(fields=["account", "-id"], name="notices_notice_account")]


class Copy(models.Model):
    """A notice as one person gets it. `listed`: by the list alone; the other states are those of its e-mail."""

    id = models.BigAutoField(primary_key=True)
    notice = models.ForeignKey(Notice, models.CASCADE, db_index=False)
    identity = models.TextField(help_text="The person: their e-mail address.")
    state = models.TextField()
    due_at = models.DateTimeField(null=True, help_text="Of the next attempt, while it waits.")
    queued_until = models.DateTimeField(
        null=True, help_text="Until then a job for it is believed to be under way."
    )
    begun_at = models.DateTimeField(null=True, help_text="Handed to a server; the answer is not noted yet.")
    attempts = models.SmallIntegerField(default=0)
    reply = models.TextField(default="", help_text="What the server said last, or what kept it.")
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_copy"
        constraints = [
            models.UniqueConstraint("notice", "identity", name="notices_copy_once"),
            models.CheckConstraint(
                condition=Q(state__in=["listed", "waiting", "accepted", "refused", "in_doubt"]),
                name="notices_copy_state",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(due_at__isnull=False), name="notices_copy_due"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="notices_copy_waiting", condition=Q(state="waiting")),
            models.Index(fields=["identity", "-notice"], name="notices_copy_identity"),
        ]


class Webhook(models.Model):
    """An address of a program that is told what happens, over signed HTTP requests (Standard Webhooks)."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey("penstock_account.Account", models.PROTECT)
    url = models.TextField()
    description = models.TextField(default="")
    events = ArrayField(models.TextField(), help_text="The kinds it is told of; empty: all.")
    secret = models.BinaryField(help_text="whsec_…, encrypted by account.secrets.")
    previous_secret = models.BinaryField(
        null=True, help_text="The one before, which still signs for a while."
    )
    previous_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.TextField()
    failing_since = models.DateTimeField(null=True, help_text="No delivery has succeeded since then.")
    failures = models.IntegerField(default=0, help_text="Attempts that failed since the last success.")
    rest_until = models.DateTimeField(null=True, help_text="Nothing is tried before: it failed just now.")
    queued_until = models.DateTimeField(
        null=True, help_text="Until then a job for it is believed to be under way."
    )
    disabled_at = models.DateTimeField(null=True)
    disabled_why = models.TextField(default="")

    class Meta:
        db_table = "notices_webhook"


class Delivery(models.Model):
    """One notice for one webhook, with the body exactly as it is signed."""

    id = models.BigAutoField(primary_key=True)
    webhook = models.ForeignKey(Webhook, models.CASCADE, db_index=False)
    notice = models.ForeignKey(Notice, models.CASCADE, null=True, help_text="None: a test.")
    uuid = models.UUIDField(help_text="The webhook-id: the same for each attempt.")
    kind = models.TextField()
    body = models.TextField()
    at = models.DateTimeField()
    state = models.TextField()
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="Of the next attempt, while it waits.")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notices_delivery"
        constraints = [
            models.UniqueConstraint("webhook", "notice", name="notices_delivery_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "delivered", "failed"]), name="notices_delivery_state"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", due_at__isnull=False, settled_at__isnull=True)
                | Q(state__in=["delivered", "failed"], settled_at__isnull=False),
                name="notices_delivery_due",
            ),
        ]
        indexes = [
            models.Index(fields=["webhook", "-id"], name="notices_delivery_webhook"),
            models.Index(
                fields=["due_at", "webhook"], name="notices_delivery_waiting", condition=Q(state="waiting")
            ),
        ]


class Attempt(models.Model):
    """One line of the delivery log: what was answered, or why nothing was."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, models.CASCADE)
    number = models.IntegerField()
    at = models.DateTimeField()
    seconds = models.FloatField()
    status = models.SmallIntegerField(null=True, help_text="Of HTTP; none when there was no answer.")
    error = models.TextField(default="", help_text="Why there was no answer, or why it is no success.")
    response = models.TextField(default="", help_text="The beginning of what was answered.")

    class Meta:
        db_table = "notices_attempt"
