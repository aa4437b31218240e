"""Telephone numbers of contacts, and lines of imports that were taken without theirs."""

from django.db import migrations, models

KINDS = ["rejected", "duplicate", "number"]


class Migration(migrations.Migration):
    dependencies = [("audience", "0005_erased")]

    operations = [
        migrations.AddField(
            "contact",
            "phone",
            models.TextField(null=True, db_collation="C", help_text="The number for SMS, in E.164."),
        ),
        migrations.AddField(
            "contact",
            "region",
            models.TextField(null=True, help_text="The country of the number, ISO 3166-1 alpha-2."),
        ),
        migrations.AddConstraint(
            "contact",
            models.CheckConstraint(
                condition=models.Q(phone__isnull=True, region__isnull=True)
                | models.Q(phone__startswith="+", region__isnull=False),
                name="audience_contact_phone_region",
            ),
        ),
        migrations.AddIndex(
            "contact",
            models.Index(
                fields=["phone", "account"],
                condition=models.Q(phone__isnull=False),
                name="audience_contact_phone",
            ),
        ),
        migrations.AddField(
            "import",
            "numbers_refused",
            models.BigIntegerField(
                default=0,
                db_default=0,
                help_text="Of the rows that were taken: without their number, which was no good.",
            ),
        ),
        migrations.RemoveConstraint("importproblem", "audience_import_problem_kind"),
        migrations.AlterField(
            "importproblem",
            "kind",
            models.TextField(help_text="rejected, duplicate, or number: it was left out."),
        ),
        migrations.AddConstraint(
            "importproblem",
            models.CheckConstraint(
                condition=models.Q(("kind__in", KINDS)), name="audience_import_problem_kind"
            ),
        ),
    ]
