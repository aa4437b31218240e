"""The tables of accounts and of what belongs to one: policies and transports."""

from django.db import models


class Account(models.Model):
    """One organisation on this installation; everything else is scoped to one."""

    id = models.AutoField(primary_key=True)
    name = models.TextField(unique=True)
    zone = models.TextField(default="UTC", help_text="IANA name of the time zone that plans refer to.")
    policy = models.JSONField(
        default=dict, help_text="Only what differs from the defaults of account.policy."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "account_account"

    def __str__(self) -> str:
        return self.name


class Transport(models.Model):
    """A way out: a server that takes messages, with its credentials (encrypted) and its limits."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT)
    name = models.TextField()
    url = models.TextField(help_text="As transport.smtp.server understands it, without the password.")
    secret = models.BinaryField(null=True, help_text="The password, encrypted by account.secrets.")
    connections = models.PositiveSmallIntegerField(default=10)
    rate = models.FloatField(null=True, help_text="Messages a second, over all senders; empty: no limit.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "account_transport"
        constraints = [models.UniqueConstraint("account", "name", name="account_transport_name")]

    def __str__(self) -> str:
        return self.name
