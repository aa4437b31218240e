"""The tables of mailings and of their journal."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from penstock.mailing.states import State


class Mailing(models.Model):
    """One message to one audience on one channel; `control` alone changes its state."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey("penstock_account.Account", models.PROTECT)
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
    transport = models.ForeignKey("penstock_account.Transport", models.PROTECT)
    audience = models.JSONField(help_text='The rule: {"list": 3}.')
    segments = models.JSONField(
        null=True,
        help_text="The segments of the rule as they were at submission, by number; null in a draft.",
    )
    plan = models.JSONField(null=True, help_text="As mailing.plan reads it.")
    due_at = models.DateTimeField(null=True, help_text="When it is to start, if its plan has a time.")
    ends_at = models.DateTimeField(null=True, help_text="The plan's end date.")
    first_at = models.DateTimeField(
        null=True,
        help_text="At the recipients' local time: when the first zone among them has it. It starts then.",
    )
    located_at = models.DateTimeField(
        null=True, help_text="When the zones of its audience were counted last."
    )
    undo_until = models.DateTimeField(null=True, help_text="Until then a start can be taken back.")
    let_go = ArrayField(
        models.IntegerField(), null=True, help_text="Expired kill switches that somebody went on past."
    )
    digest = models.TextField(null=True, help_text="Of what was submitted; approvals are bound to it.")
    authors = models.JSONField(default=list, help_text="Who wrote or submitted this revision.")
    approved_size = models.IntegerField(null=True, help_text="How many would have got it at submission.")
    copied_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="copies")
    fixes = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    chain = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="steps",
        db_index=False,
        help_text="The first step of its chain.",
    )
    position = models.IntegerField(null=True, help_text="Of a step in its chain, from 1.")
    options = models.JSONField(default=dict, help_text="Policies that differ for this mailing.")
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(
        null=True,
        help_text="When it was paused or interrupted; stays after a resume until its ledger has caught up.",
    )
    archived_at = models.DateTimeField(null=True)
    tags = ArrayField(
        models.TextField(),
        default=list,
        db_default=[],
        help_text="Words to find it by; no part of what is approved.",
    )
    deleted_at = models.DateTimeField(null=True, help_text="Gone from the lists; journal and ledger stay.")
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
            models.CheckConstraint(
                condition=models.Q(chain__isnull=True, position__isnull=True)
                | models.Q(chain__isnull=False, position__gte=1),
                name="mailing_mailing_position",
            ),
            models.UniqueConstraint(
                fields=["chain", "position"],
                condition=models.Q(deleted_at__isnull=True),
                name="mailing_mailing_step",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="mailing_mailing_live",
                condition=models.Q(state__in=["starting", "sending", "finishing", "cancelling"]),
            ),
            models.Index(fields=["account", "-id"], name="mailing_mailing_account"),
            GinIndex(fields=["tags"], name="mailing_mailing_tags", fastupdate=False),
            models.Index(
                fields=["account"],
                name="mailing_mailing_busy",
                condition=models.Q(state__in=["starting", "sending", "cancelling", "paused", "queued"]),
            ),
            models.Index(
                fields=["id"],
                name="mailing_mailing_following",
                condition=models.Q(audience__has_key="step", state__in=["scheduled", "sending", "finishing"]),
            ),
            models.Index(
                fields=["due_at"],
                name="mailing_mailing_due",
                condition=models.Q(state__in=["in_review", "in_moderation", "scheduled"]),
            ),
            models.Index(
                fields=["ends_at"],
                name="mailing_mailing_ends",
                condition=models.Q(ends_at__isnull=False)
                & ~models.Q(state__in=["draft", "sent", "cancelled", "expired", "rejected"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """One line of the journal: who did what, when and why. Appended in the transaction that did it.

    Each is a link of a chain: of its mailing's, or (without a mailing) of its account's.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("penstock_account.Account", models.PROTECT)
    mailing = models.ForeignKey(Mailing, models.PROTECT, null=True)
    place = models.IntegerField(default=0, help_text="In its chain, from 1.")
    link = models.BinaryField(default=b"", help_text="Keyed hash over this line and the link before it.")
    at = models.DateTimeField()
    actor = models.TextField()
    door = models.TextField(help_text="cli, api, web, or system.")
    command = models.TextField()
    from_state = models.TextField(null=True)
    to_state = models.TextField(null=True)
    reason = models.TextField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "mailing_entry"
        indexes = [
            models.Index(fields=["mailing", "id"], name="mailing_entry_mailing"),
            models.Index(fields=["account", "id"], name="mailing_entry_account"),
        ]

    def __str__(self) -> str:
        return f"{self.command} by {self.actor}"


class Chain(models.Model):
    """The end of a chain of the journal: how many links, and the last one. `mailing` 0: the account's own."""

    pk = models.CompositePrimaryKey("account_id", "mailing")
    account = models.ForeignKey("penstock_account.Account", models.PROTECT, db_index=False)
    mailing = models.IntegerField()
    length = models.IntegerField()
    link = models.BinaryField()

    class Meta:
        db_table = "mailing_chain"

    def __str__(self) -> str:
        return f"{self.length} entries"


class Submission(models.Model):
    """What was submitted, kept for good: a revision as it was before the gates."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey("penstock_account.Account", models.PROTECT, db_index=False)
    mailing = models.ForeignKey(Mailing, models.PROTECT)
    revision = models.IntegerField()
    digest = models.TextField()
    message = models.ForeignKey("content.Message", models.PROTECT)
    transport = models.ForeignKey("penstock_account.Transport", models.PROTECT, db_index=False)
    audience = models.JSONField()
    segments = models.JSONField(null=True)
    plan = models.JSONField()
    identity = models.TextField(help_text="Who submitted it.")
    at = models.DateTimeField()

    class Meta:
        db_table = "mailing_submission"

    def __str__(self) -> str:
        return f"revision {self.revision}"


class Saved(models.Model):
    """Every message that a mailing has had, in the order in which they were saved: nothing that was typed is lost."""

    id = models.AutoField(primary_key=True)
    mailing = models.ForeignKey(Mailing, models.PROTECT)
    message = models.ForeignKey("content.Message", models.PROTECT, db_index=False)
    revision = models.IntegerField()
    identity = models.TextField(help_text="Who saved it.")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "mailing_saved"

    def __str__(self) -> str:
        return f"message {self.message_id} of revision {self.revision}"


class Approval(models.Model):
    """Somebody let exactly this digest pass: an approval, or the platform's validation."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey("penstock_account.Account", models.PROTECT, db_index=False)
    mailing = models.ForeignKey(Mailing, models.PROTECT)
    revision = models.IntegerField()
    kind = models.TextField()
    digest = models.TextField()
    identity = models.TextField(help_text="Who: an approver counts once.")
    reviewed = models.BooleanField(help_text="Whether it was looked at: the digest came with the approval.")
    analysed = models.BooleanField(
        default=True, db_default=True, help_text="Whether the analysis was over by then."
    )
    at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mailing_approval"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["approval", "validation"]), name="mailing_approval_kind"
            ),
            models.UniqueConstraint(
                fields=["mailing", "digest", "kind", "identity"],
                condition=models.Q(voided_at__isnull=True),
                name="mailing_approval_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.identity}"


class Queue(models.Model):
    """The sequence of an account: its mailings in the order in which they go out. The last lock a command takes."""

    account = models.OneToOneField("penstock_account.Account", models.PROTECT, primary_key=True)
    version = models.IntegerField(default=0)
    mailings = ArrayField(models.IntegerField(), default=list)

    class Meta:
        db_table = "mailing_queue"

    def __str__(self) -> str:
        return f"{len(self.mailings)} in sequence"


class Switch(models.Model):
    """A kill switch: nothing of its scope is sent while it is in force. Lifting or expiry resumes nothing by itself."""

    id = models.AutoField(primary_key=True)
    scope = models.TextField()
    account = models.ForeignKey(
        "penstock_account.Account", models.PROTECT, null=True, help_text="Empty: every account."
    )
    value = models.TextField(default="", help_text="The channel, sender address, domain or transport.")
    reason = models.TextField()
    made_by = models.TextField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(null=True)

    class Meta:
        db_table = "mailing_switch"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope__in=["all", "account", "channel", "sender", "domain", "transport"]),
                name="mailing_switch_scope",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], name="mailing_switch_open", condition=models.Q(lifted_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.value}"


class Repetition(models.Model):
    """The answer to a command that came with an idempotency key: asked again, it is given again."""

    pk = models.CompositePrimaryKey("account_id", "identity", "key")
    account = models.ForeignKey("penstock_account.Account", models.PROTECT, db_index=False)
    identity = models.TextField()
    key = models.TextField()
    fingerprint = models.TextField(help_text="Of the request: the key must not be used for another one.")
    answer = models.JSONField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "mailing_repetition"

    def __str__(self) -> str:
        return self.key
