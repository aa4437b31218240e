"""The table of messages; a message is not changed any more once a mailing that uses it was submitted."""

from django.db import models
from django.db.models.functions import Now

from penstock.account.models import Account


class Message(models.Model):
    """What an author wrote, before anything is compiled."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT)
    sender = models.TextField(help_text="The From field: a name and an address.")
    reply_to = models.TextField(null=True, blank=True)
    subject = models.TextField(help_text="Liquid.")
    html = models.TextField(null=True, blank=True, help_text="Liquid.")
    text = models.TextField(null=True, blank=True, help_text="Liquid; empty: made from the HTML.")
    mjml = models.TextField(null=True, blank=True, help_text="Liquid in MJML, in place of HTML.")
    headers = models.JSONField(default=dict, blank=True, help_text="Further fields: name to Liquid.")
    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())

    class Meta:
        db_table = "content_message"

    def __str__(self) -> str:
        return str(self.subject)
