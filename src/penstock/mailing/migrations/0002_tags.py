"""Tags: words by which people find mailings again."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                db_default=[],
                default=list,
                help_text="Words to find it by; no part of what is approved.",
                size=None,
            ),
        ),
        migrations.AddIndex(
            model_name="mailing",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["tags"], name="mailing_mailing_tags"
            ),
        ),
    ]
