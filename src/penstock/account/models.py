"""The tables of accounts and of what belongs to one: people and their roles, tokens, policies and transports."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now

import penstock.account.credits.models  # noqa: F401  # Django looks for them here

ROLES = ["author", "approver", "operator", "administrator"]
"""The roles somebody can have in an account; `penstock.account.access` says what each may do."""


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


class Person(AbstractBaseUser):
    """Somebody who signs in. What they may do in an account is their membership's; the platform's staff is marked here."""

    id = models.AutoField(primary_key=True)
    email = models.TextField(unique=True, help_text="Normalised by audience.address; also their identity.")
    name = models.TextField()
    zone = models.TextField(default="UTC", help_text="IANA name of the time zone that they see times in.")
    language = models.TextField(
        default="", db_default="", help_text="en, fr, or empty: what their browser asks for."
    )
    is_platform = models.BooleanField(
        default=False, help_text="Staff of the platform: moderates every account."
    )
    is_active = models.BooleanField(default=True, help_text="Otherwise neither they nor their tokens get in.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "email"

    class Meta:
        db_table = "account_person"
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="account_person_email")
        ]

    def __str__(self) -> str:
        return self.email


class Membership(models.Model):
    """What a person may do in an account."""

    id = models.AutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE)
    account = models.ForeignKey(Account, models.CASCADE)
    roles: Any = ArrayField(models.TextField())

    class Meta:
        db_table = "account_membership"
        constraints = [
            models.UniqueConstraint("person", "account", name="account_membership_once"),
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=ROLES) & models.Q(roles__len__gt=0),
                name="account_membership_roles",
            ),
        ]


class Token(models.Model):
    """A way in for a program. Only a hash of the secret is here: the secret itself was shown once, and is nowhere else."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey(
        Account, models.CASCADE, null=True, help_text="Empty: every account (the platform's own)."
    )
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, help_text="Whose it is; it never does more than they may."
    )
    name = models.TextField()
    hash = models.BinaryField(unique=True, help_text="SHA-256 of the secret.")
    scopes: Any = ArrayField(models.TextField())
    identity = models.TextField(help_text="The person or program behind it, by whom approvals are counted.")
    rate = models.FloatField(help_text="Requests a second, in the long run.")
    burst = models.IntegerField(help_text="Requests at once, after a pause.")
    made_by = models.TextField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True, help_text="To the minute.")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "account_token"
        constraints = [
            models.UniqueConstraint(  # so that a name in the journal means one token
                fields=["account", "name"],
                condition=models.Q(revoked_at__isnull=True),
                nulls_distinct=False,
                name="account_token_name",
            ),
            models.CheckConstraint(
                condition=models.Q(rate__gt=0) & models.Q(burst__gt=0), name="account_token_rate"
            ),
        ]


class Meter(models.Model):
    """How far a token has used up its rate. Unlogged (see the migration): it is worth nothing after a crash."""

    token = models.IntegerField(primary_key=True)
    next_at = models.DateTimeField(help_text="When all that was granted will have been earned.")
    granted = models.BooleanField(help_text="Whether the last request was.")

    class Meta:
        db_table = "account_meter"


class Link(models.Model):
    """A link that signs a person in, once and soon. Only a hash of its secret is here; a used one is deleted."""

    id = models.AutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE)
    hash = models.BinaryField(unique=True, help_text="SHA-256 of the secret in the link.")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "account_link"


class Invitation(models.Model):
    """Somebody is asked into an account and has not come yet. Only a hash of the link's secret is here; an accepted one is deleted."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE)
    email = models.TextField(help_text="Normalised by audience.address.")
    roles: Any = ArrayField(models.TextField())
    language = models.TextField(help_text="In which the letter is written: en or fr.")
    hash = models.BinaryField(unique=True, null=True, help_text="SHA-256 of the secret in the link.")
    made_by = models.TextField()
    maker = models.ForeignKey(
        Person,
        models.CASCADE,
        null=True,
        help_text="Who invited, and must still be allowed to when it is accepted; empty: who owns the machine.",
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    mail = models.TextField(
        default="", help_text="What became of the letter: waiting, sent, failed; empty: none."
    )
    reply = models.TextField(default="", help_text="What the server said of the letter.")

    class Meta:
        db_table = "account_invitation"
        constraints = [
            models.UniqueConstraint("account", "email", name="account_invitation_once"),
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=ROLES) & models.Q(roles__len__gt=0),
                name="account_invitation_roles",
            ),
            models.CheckConstraint(
                condition=models.Q(mail__in=["", "waiting", "sent", "failed"]), name="account_invitation_mail"
            ),
        ]


class Note(models.Model):
    """What the web processes remember together for minutes (Django's cache): how often who tried to sign in. Unlogged (see the migration)."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "account_note"


class Transport(models.Model):
    """A way out: one or more servers that take messages. Which of them takes which is delivery's to decide."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT)
    name = models.TextField()
    is_local = models.BooleanField(
        default=False,
        db_default=False,
        help_text="All it hands over stays on this machine: nothing to verify.",
    )
    channel = models.TextField(
        default="email", db_default="email", help_text="email or sms: what all its servers carry."
    )
    receipts = models.BooleanField(
        default=False,
        db_default=False,
        help_text="One of its servers tells later whether a message has arrived.",
    )
    version = models.IntegerField(
        default=1, db_default=1, help_text="Counts changes of its servers: senders look at it."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "account_transport"
        constraints = [
            models.UniqueConstraint("account", "name", name="account_transport_name"),
            models.CheckConstraint(
                condition=models.Q(channel__in=["email", "sms"]), name="account_transport_channel"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Server(models.Model):
    """One server of a transport, with its credentials (encrypted), its part of the work and its limits."""

    id = models.AutoField(primary_key=True)
    transport = models.ForeignKey(Transport, models.CASCADE)
    place = models.PositiveSmallIntegerField(help_text="Its place in the list, from 1.")
    url = models.TextField(help_text="As transport.terms understands it, without the password.")
    secret = models.BinaryField(null=True, help_text="The password, encrypted by account.secrets.")
    weight = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="Its part of the messages, in proportion to the others."
    )
    connections = models.PositiveSmallIntegerField(
        default=10, db_default=10, help_text="Connections that one sender opens for one mailing."
    )
    connection_limit = models.PositiveSmallIntegerField(
        null=True, help_text="Connections over all senders and mailings; empty: no limit."
    )
    rate = models.FloatField(
        null=True, help_text="Messages a second, over all senders and mailings; empty: no limit."
    )
    enabled = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "account_server"
        constraints = [
            models.UniqueConstraint(
                fields=["transport", "place"],
                name="account_server_place",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="account_server_weight"),
            models.CheckConstraint(
                condition=models.Q(rate__isnull=True) | models.Q(rate__gt=0), name="account_server_rate"
            ),
            models.CheckConstraint(
                condition=models.Q(connection_limit__isnull=True) | models.Q(connection_limit__gt=0),
                name="account_server_limit",
            ),
        ]

    def __str__(self) -> str:
        return self.url


class Limit(models.Model):
    """How fast, and over how many connections at most, something may be sent: by whatever senders there are."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey(
        Account, models.CASCADE, null=True, help_text="Empty: put by the platform, over all accounts."
    )
    scope = models.TextField(help_text="all, account, transport or domain.")
    value = models.TextField(
        default="", db_default="", help_text="The number of the account or transport, or the domain."
    )
    messages = models.FloatField(null=True, help_text="So many `per` seconds; empty: as fast as it goes.")
    per = models.IntegerField(default=1, db_default=1, help_text="Seconds: 1, 60, 3600 or 86400.")
    connections = models.PositiveSmallIntegerField(
        null=True, help_text="To a domain: messages on the wire at a time. Empty: no limit."
    )
    made_by = models.TextField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "account_limit"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "scope", "value"], name="account_limit_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(messages__gt=0) | models.Q(connections__gt=0), name="account_limit_says"
            ),
            models.CheckConstraint(
                condition=models.Q(messages__isnull=True) | models.Q(messages__gt=0),
                name="account_limit_messages",
            ),
            models.CheckConstraint(
                condition=models.Q(connections__isnull=True) | models.Q(connections__gt=0),
                name="account_limit_connections",
            ),
            models.CheckConstraint(
                condition=models.Q(per__in=[1, 60, 3600, 86400]), name="account_limit_per"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.value}"


class Domain(models.Model):
    """A domain that an account sends from: what its DNS has to say, and what it said when it was last asked."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT)
    name = models.TextField(help_text="A-labels, lower case, without a dot at the end.")
    spf = models.TextField(help_text="The mechanism that lets our servers send: include:…, ip4:…, a:….")
    return_host = models.TextField(
        null=True, help_text="The host of its return path, under the name; empty: the name itself."
    )
    return_target = models.TextField(
        null=True,
        help_text="The mail server that its return path's MX is to name; empty: any that takes mail.",
    )
    return_found_at = models.DateTimeField(
        null=True, help_text="When the return host was last right; empty: it is not used."
    )
    return_heard_at = models.DateTimeField(
        null=True, help_text="When mail to the return host last came in here; empty: not yet."
    )
    verified_at = models.DateTimeField(null=True, help_text="Empty: not verified (any more).")
    checked_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True, help_text="When it is to be checked again.")
    failing_since = models.DateTimeField(null=True, help_text="Since when a verified one answers otherwise.")
    found = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()),
                             help_text="What the last check said of each record.")  # fmt: skip
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "account_domain"
        constraints = [
            models.UniqueConstraint("account", "name", name="account_domain_name"),
            models.CheckConstraint(condition=models.Q(name=Lower("name")), name="account_domain_lower"),
        ]
        indexes = [models.Index(fields=["check_at"], name="account_domain_check")]

    def __str__(self) -> str:
        return self.name


class DomainKey(models.Model):
    """A key pair that signs the mail of a domain (DKIM, RFC 6376): the private half encrypted, the public one for its DNS."""

    id = models.AutoField(primary_key=True)
    domain = models.ForeignKey(Domain, models.CASCADE)
    selector = models.TextField()
    algorithm = models.TextField(help_text="rsa (2048 bits) or ed25519 (RFC 8463).")
    secret = models.BinaryField(help_text="The private key, PKCS #8 in DER, encrypted by account.secrets.")
    public = models.TextField(help_text="What stands in p= of the record, base64.")
    found_at = models.DateTimeField(
        null=True, help_text="When its record was last right; empty: it does not sign."
    )
    failing_since = models.DateTimeField(
        null=True, help_text="Since when the record of a key that signs is wrong or gone."
    )
    failures = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Checks in a row that found it so."
    )
    retired_at = models.DateTimeField(
        null=True, help_text="It signs no more; its record stays until it is deleted."
    )
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "account_domain_key"
        constraints = [
            models.UniqueConstraint("domain", "selector", name="account_domain_key_selector"),
            models.CheckConstraint(
                condition=models.Q(algorithm__in=["rsa", "ed25519"]), name="account_domain_key_algorithm"
            ),
        ]

    def __str__(self) -> str:
        return self.selector
