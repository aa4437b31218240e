"""What was counted once and need not be counted again. Nothing here is a source: all of it can be made anew from the ledger."""

from django.db import models


class Tally(models.Model):
    """How the recipients of one mailing came out by domain, by reason and by hour, as of the figures it was counted with."""

    mailing = models.IntegerField(primary_key=True)
    figures = models.TextField(
        help_text="The counters of the mailing then: while they are the same, so is the tally."
    )
    made_at = models.DateTimeField()
    seconds = models.FloatField(help_text="How long the counting took.")
    counted = models.JSONField(help_text="As report.tally writes it.")

    class Meta:
        db_table = "report_tally"

    def __str__(self) -> str:
        return f"tally of mailing {self.mailing}"
