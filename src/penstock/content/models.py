"""The tables of messages, of templates and of pictures; a stored message is never changed: every edit makes another one."""

from django.db import models
from django.db.models.functions import Now

from penstock.account.models import Account


class Message(models.Model):
    """What an author wrote, before anything is compiled."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT)
    channel = models.TextField(default="email", db_default="email", help_text="email or sms.")
    sender = models.TextField(help_text="The From field: a name and an address.")
    reply_to = models.TextField(null=True, blank=True)
    subject = models.TextField(help_text="Liquid.")
    html = models.TextField(null=True, blank=True, help_text="Liquid.")
    text = models.TextField(null=True, blank=True, help_text="Liquid; empty: made from the HTML.")
    mjml = models.TextField(null=True, blank=True, help_text="Liquid in MJML, in place of HTML.")
    design = models.JSONField(
        null=True, blank=True, help_text="Blocks of the visual editor, in place of both."
    )
    headers = models.JSONField(default=dict, blank=True, help_text="Further fields: name to Liquid.")
    sender_domain = models.TextField(null=True, help_text="Of the sender's address: A-labels, lower case.")
    sender_address = models.TextField(null=True, help_text="As it is compared: lower case, A-labels.")
    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())

    class Meta:
        db_table = "content_message"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel__in=["email", "sms"]), name="content_message_channel"
            )
        ]

    def __str__(self) -> str:
        return str(self.subject)


class Template(models.Model):
    """A message kept for use in many mailings. Each change makes another message of it; the earlier ones stay."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT)
    name = models.TextField()
    message = models.ForeignKey(Message, models.PROTECT)
    version = models.IntegerField(default=1, db_default=1)
    made_by = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "content_template"
        constraints = [models.UniqueConstraint("account", "name", name="content_template_name")]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """Every message that a template has had: what a mailing was made from can be looked at, and taken again."""

    id = models.AutoField(primary_key=True)
    template = models.ForeignKey(Template, models.PROTECT, db_index=False)
    version = models.IntegerField()
    message = models.ForeignKey(Message, models.PROTECT, db_index=False)
    made_by = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "content_template_version"
        constraints = [models.UniqueConstraint("template", "version", name="content_template_version_once")]

    def __str__(self) -> str:
        return f"version {self.version}"


class Picture(models.Model):
    """A picture that messages show; served under the public base URL to whoever knows its key."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT)
    key = models.TextField(unique=True, help_text="In its address: 128 random bits.")
    name = models.TextField(help_text="The file's name, for people.")
    media_type = models.TextField()
    width = models.IntegerField()
    height = models.IntegerField()
    size = models.IntegerField(help_text="Octets.")
    digest = models.BinaryField(help_text="SHA-256 of its octets: the same picture is kept once.")
    data = models.BinaryField()
    made_by = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "content_picture"
        constraints = [models.UniqueConstraint("account", "digest", name="content_picture_once")]

    def __str__(self) -> str:
        return self.name
