"""How many telephone numbers an import took: where it is none, the column was not what it seemed to be."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audience", "0006_numbers")]

    operations = [
        migrations.AddField(
            "import",
            "numbers",
            models.BigIntegerField(
                default=0,
                db_default=0,
                help_text="Of the rows that were taken: with their number.",
            ),
        ),
        # Of those before nobody counted; that many at most.
        migrations.RunSQL(
            "update audience_import set numbers = rows - rejected - numbers_refused where numbers_refused > 0",
            migrations.RunSQL.noop,
        ),
    ]
