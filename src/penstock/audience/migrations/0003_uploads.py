"""Imports of uploaded files: they wait for a worker, and say how far they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("account", "0001_initial"), ("audience", "0002_normal_first")]

    operations = [
        migrations.AddField(
            "import",
            "error_code",
            models.TextField(null=True, help_text="The same for programs: the code of an ImportFileError."),
        ),
        migrations.AddField(
            "import",
            "wanted",
            models.JSONField(
                null=True, help_text="Of an upload: file (in the home), list, address_column, home."
            ),
        ),
        migrations.AddField(
            "import",
            "progress",
            models.JSONField(null=True, help_text="Of an upload: phase, read and total (bytes), rows."),
        ),
        migrations.RemoveConstraint("import", "audience_import_state"),
        migrations.AddConstraint(
            "import",
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | models.Q(state__in=["done", "failed"], finished_at__isnull=False),
                name="audience_import_state",
            ),
        ),
        migrations.AlterField(
            "import", "account", models.ForeignKey("account.Account", models.PROTECT, db_index=False)
        ),
        migrations.AlterField(
            "import",
            "columns",
            models.JSONField(
                default=list,
                db_default=models.Value([], models.JSONField()),
                help_text="Attributes, in the file's order.",
            ),
        ),
        migrations.AddIndex("import", models.Index(fields=["account", "id"], name="audience_import_newest")),
    ]
