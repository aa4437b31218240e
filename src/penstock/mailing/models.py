"""The tables of mailings and of their journal."""

from django.db import models

from penstock.mailing.states import State


class Mailing(models.Model):
    """One message to one audience on one channel; `control` alone changes its state."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey("account.Account", models.PROTECT)
    name = models.TextField()
    channel = models.TextField(default="email")
    state = models.TextField(default=State.DRAFT.value)
    came_from = models.TextField(
        null=True, help_text="The state that a paused or interrupted mailing goes back to."
    )
    reason = models.JSONField(
        null=True, help_text="{code, text, who, since}: reports, plays no part in the machine."
    )
    version = models.IntegerField(
        default=1, help_text="Grows with every change; the expected version of a command."
    )
    revision = models.IntegerField(default=1)
    message = models.ForeignKey("content.Message", models.PROTECT)
    transport = models.ForeignKey("account.Transport", models.PROTECT)
    audience = models.JSONField(help_text='The rule: {"list": 3}.')
    plan = models.JSONField(null=True, help_text='{"kind": "now"}.')
    options = models.JSONField(default=dict, help_text="Policies that differ for this mailing.")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    suppressed_to = models.BigIntegerField(default=0, help_text="The newest suppression the freeze saw.")

    class Meta:
        db_table = "mailing_mailing"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in State]), name="mailing_mailing_state"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["paused", "interrupted"]) ^ models.Q(came_from__isnull=True),
                name="mailing_mailing_came_from",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["sending", "finishing"]) | models.Q(frozen_at__isnull=False),
                name="mailing_mailing_frozen",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="mailing_mailing_live",
                condition=models.Q(state__in=["starting", "sending", "finishing", "cancelling"]),
            ),
            models.Index(fields=["account", "-id"], name="mailing_mailing_account"),
        ]

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """One line of the journal: who did what to a mailing, when and why. Appended in the transaction that did it."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("account.Account", models.PROTECT)
    mailing = models.ForeignKey(Mailing, models.PROTECT)
    at = models.DateTimeField()
    actor = models.TextField()
    door = models.TextField(help_text="cli, api, web, or system.")
    command = models.TextField()
    from_state = models.TextField(null=True)
    to_state = models.TextField()
    reason = models.TextField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "mailing_entry"
        indexes = [models.Index(fields=["mailing", "id"], name="mailing_entry_mailing")]

    def __str__(self) -> str:
        return f"{self.command} by {self.actor}"
