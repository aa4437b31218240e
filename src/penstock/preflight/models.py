"""The tables of what was found before a mailing went: analyses with their findings and cases, and test sends."""

from django.db import models
from django.db.models.functions import Now


class Analysis(models.Model):
    """One analysis of a mailing's message for everybody whom its audience rule means.

    It belongs to exactly this message and this rule; a mailing that has another one of either has not been analysed.
    """

    WAITING, RUNNING, DONE, CANCELLED, FAILED = "waiting", "running", "done", "cancelled", "failed"

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey("penstock_account.Account", models.PROTECT, db_index=False)
    mailing = models.ForeignKey("mailing.Mailing", models.PROTECT, db_index=False)
    message = models.ForeignKey("content.Message", models.PROTECT, db_index=False)
    audience = models.JSONField(help_text="The audience rule that was asked for.")
    state = models.TextField(default=WAITING, db_default=WAITING)
    options = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text='{"links": true} to try links.',
    )
    total = models.IntegerField(null=True, help_text="Recipients to look at; empty until they were counted.")
    done = models.IntegerField(default=0, db_default=0, help_text="Recipients that were looked at.")
    figures = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text="Sizes, links, pictures, spam score.",
    )
    error = models.TextField(null=True, help_text="Why it failed, in words.")
    asked_by = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text="The last sign of life while it runs.")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "preflight_analysis"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running", "done", "cancelled", "failed"]),
                name="preflight_analysis_state",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running"]) ^ models.Q(ended_at__isnull=False),
                name="preflight_analysis_ended",
            ),
            models.UniqueConstraint(
                fields=["mailing"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="preflight_analysis_one",
            ),
        ]
        indexes = [models.Index(fields=["mailing", "-id"], name="preflight_analysis_mailing")]

    def __str__(self) -> str:
        return f"analysis {self.id} of mailing {self.mailing_id}"


class Finding(models.Model):
    """One thing that an analysis found, with its place and cure; `count` recipients are concerned (empty: the message itself)."""

    id = models.BigAutoField(primary_key=True)
    analysis = models.ForeignKey(Analysis, models.CASCADE)
    severity = models.TextField(help_text="blocker, warning or note.")
    code = models.TextField(help_text="For programs: template_error, variable_empty, no_text …")
    place = models.TextField(help_text='Where: "subject", "html, line 12", "link https://…".')
    text = models.TextField(help_text="What was found.")
    cure = models.TextField(help_text="What to do about it.")
    count = models.IntegerField(null=True)
    rank = models.IntegerField(default=0, db_default=0, help_text="The worst first: 0.")

    class Meta:
        db_table = "preflight_finding"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(severity__in=["blocker", "warning", "note"]),
                name="preflight_finding_severity",
            )
        ]

    def __str__(self) -> str:
        return f"{self.severity}: {self.text}"


class Case(models.Model):
    """A recipient whom a finding concerns: the worst first, at most `analysis.CASES` of one finding."""

    pk = models.CompositePrimaryKey("finding_id", "contact")
    finding = models.ForeignKey(Finding, models.CASCADE, db_index=False)
    contact = models.IntegerField(help_text="No foreign key: contacts are erased when they ask for it.")
    weight = models.IntegerField(default=0, db_default=0, help_text="How bad: larger is worse.")
    detail = models.TextField(default="", db_default="")

    class Meta:
        db_table = "preflight_case"

    def __str__(self) -> str:
        return f"contact {self.contact}"


class TestSend(models.Model):
    """A message that somebody had sent to try it: never part of the mailing's ledger."""

    STATES = ("waiting", "sending", "accepted", "refused", "failed", "in_doubt")

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey("penstock_account.Account", models.PROTECT, db_index=False)
    mailing = models.ForeignKey("mailing.Mailing", models.PROTECT, db_index=False)
    message = models.ForeignKey("content.Message", models.PROTECT, db_index=False)
    revision = models.IntegerField()
    contact = models.IntegerField(
        null=True, help_text="As whom it was made; empty: as nobody, with empty attributes."
    )
    address = models.TextField(help_text="Where it went.")
    prefix = models.TextField(default="", db_default="", help_text="What was put before the subject.")
    state = models.TextField(default="waiting", db_default="waiting")
    reply = models.TextField(null=True, help_text="The server's words, or why nothing was sent.")
    asked_by = models.TextField()
    asked_at = models.DateTimeField(db_default=Now())
    begun_at = models.DateTimeField(null=True, help_text="When a process took it into its hands.")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "preflight_test"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["waiting", "sending", "accepted", "refused", "failed", "in_doubt"]
                ),
                name="preflight_test_state",
            )
        ]
        indexes = [
            models.Index(fields=["mailing", "-id"], name="preflight_test_mailing"),
            # How many an account had lately, for the limit.
            models.Index(fields=["account", "asked_at"], name="preflight_test_lately"),
        ]

    def __str__(self) -> str:
        return f"test to {self.address}"
