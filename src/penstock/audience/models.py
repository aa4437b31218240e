"""The tables of the audience. They are filled set-wise over psycopg connections; the models serve migrations and pages.

No foreign key checks the large tables (contact, membership, problem): a check per row would double the time of an
import, and the statements that fill them take both sides from the database itself.
"""

from django.db import models
from django.db.models.functions import Now

from penstock.audience.suppression import REASONS


class Contact(models.Model):
    """A person who can be written to, unique by normalised address within an account.

    Without an e-mail address the number is the address, so that `normal` is everybody's identity; several contacts may have one
    number. `phone` and `region` are what audience.number makes of a number.

    `loading` drops and rebuilds the two constraints while it fills an empty table: their names stand there too,
    and no foreign key may point here.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        "penstock_account.Account", models.PROTECT, db_constraint=False, db_index=False
    )
    address = models.TextField(help_text="As it was given, trimmed.")
    normal = models.TextField(
        db_collation="C", help_text="As audience.address normalises it: what makes two the same."
    )
    attributes = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    phone = models.TextField(null=True, db_collation="C", help_text="The number for SMS, in E.164.")
    region = models.TextField(null=True, help_text="The country of the number, ISO 3166-1 alpha-2.")

    class Meta:
        db_table = "audience_contact"
        constraints = [
            models.UniqueConstraint(fields=["normal", "account"], name="audience_contact_normal"),
            models.CheckConstraint(
                condition=models.Q(phone__isnull=True, region__isnull=True)
                | models.Q(phone__startswith="+", region__isnull=False),
                name="audience_contact_phone_region",
            ),
        ]
        indexes = [
            models.Index(
                fields=["phone", "account"],
                condition=models.Q(phone__isnull=False),
                name="audience_contact_phone",
            )
        ]

    def __str__(self) -> str:
        return self.address


class ContactList(models.Model):
    """A named set of contacts."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey("penstock_account.Account", models.PROTECT, db_index=False)
    name = models.TextField()
    public = models.BooleanField(
        default=False, db_default=False, help_text="People may leave and join it themselves."
    )
    title = models.TextField(default="", db_default="", help_text="What it is called to them.")
    description = models.TextField(default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audience_list"
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="audience_list_name"),
            models.CheckConstraint(
                condition=models.Q(public=False) | ~models.Q(title=""), name="audience_list_public"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A contact is on a list."""

    pk = models.CompositePrimaryKey("list_id", "contact_id")
    list = models.ForeignKey(ContactList, models.DO_NOTHING, db_constraint=False, db_index=False)
    contact = models.ForeignKey(Contact, models.DO_NOTHING, db_constraint=False, db_index=False)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audience_membership"

    def __str__(self) -> str:
        return f"{self.contact_id} on {self.list_id}"


class Import(models.Model):
    """One file brought in, or the attempt: rows = created + updated + unchanged + duplicates + rejected.

    An uploaded one begins as `waiting`, with what was asked for (`wanted`), until a worker takes it.
    """

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey("penstock_account.Account", models.PROTECT, db_index=False)
    columns = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        help_text="Attributes, in the file's order.",
    )
    list = models.ForeignKey(ContactList, models.SET_NULL, null=True, db_index=False)
    name = models.TextField(help_text="The name of the file.")
    state = models.TextField(default="running", db_default="running")
    error = models.TextField(null=True, help_text="Why it failed, for people.")
    error_code = models.TextField(
        null=True, help_text="The same for programs: the code of an ImportFileError."
    )
    wanted = models.JSONField(
        null=True, help_text="Of an upload: file (in the home), list, address_column, home."
    )
    progress = models.JSONField(null=True, help_text="Of an upload: phase, read and total (bytes), rows.")
    rows = models.BigIntegerField(default=0, db_default=0)
    created = models.BigIntegerField(default=0, db_default=0)
    updated = models.BigIntegerField(default=0, db_default=0)
    unchanged = models.BigIntegerField(default=0, db_default=0)
    duplicates = models.BigIntegerField(default=0, db_default=0)
    rejected = models.BigIntegerField(default=0, db_default=0)
    numbers = models.BigIntegerField(
        default=0, db_default=0, help_text="Of the rows that were taken: with their number."
    )
    numbers_refused = models.BigIntegerField(
        default=0,
        db_default=0,
        help_text="Of the rows that were taken: without their number, which was no good.",
    )
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "audience_import"
        indexes = [models.Index(fields=["account", "id"], name="audience_import_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | models.Q(state__in=["done", "failed"], finished_at__isnull=False),
                name="audience_import_state",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    rows=models.F("created")
                    + models.F("updated")
                    + models.F("unchanged")
                    + models.F("duplicates")
                    + models.F("rejected")
                ),
                name="audience_import_rows",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportProblem(models.Model):
    """A line of an imported file that became no contact of its own (rejected, or repeated by a later line), or one without its number."""

    pk = models.CompositePrimaryKey("batch_id", "line")
    batch = models.ForeignKey(
        Import, models.CASCADE, db_column="import_id", db_constraint=False, db_index=False
    )
    line = models.BigIntegerField(help_text="The number of the line in the file, the first being 1.")
    kind = models.TextField(help_text="rejected, duplicate, or number: it was left out.")
    value = models.TextField()
    reason = models.TextField()

    class Meta:
        db_table = "audience_import_problem"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["rejected", "duplicate", "number"]),
                name="audience_import_problem_kind",
            )
        ]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class Suppression(models.Model):
    """An address that must not be mailed any more, contact or not."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        "penstock_account.Account", models.PROTECT, db_constraint=False, db_index=False
    )
    normal = models.TextField(db_collation="C")
    reason = models.TextField()
    origin = models.TextField(help_text="Where it came from: 'mailing 12', 'cli'.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audience_suppression"
        constraints = [
            models.UniqueConstraint(fields=["account", "normal"], name="audience_suppression_normal"),
            models.CheckConstraint(
                condition=models.Q(reason__in=REASONS), name="audience_suppression_reason"
            ),
        ]
        indexes = [models.Index(fields=["account", "id"], name="audience_suppression_newest")]

    def __str__(self) -> str:
        return f"{self.normal} ({self.reason})"
