"""Messages."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    initial = True
    dependencies = [("account", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("sender", models.TextField(help_text="The From field: a name and an address.")),
                ("reply_to", models.TextField(blank=True, null=True)),
                ("subject", models.TextField(help_text="Liquid.")),
                ("html", models.TextField(blank=True, help_text="Liquid.", null=True)),
                (
                    "text",
                    models.TextField(blank=True, help_text="Liquid; empty: made from the HTML.", null=True),
                ),
                (
                    "mjml",
                    models.TextField(blank=True, help_text="Liquid in MJML, in place of HTML.", null=True),
                ),
                (
                    "headers",
                    models.JSONField(blank=True, default=dict, help_text="Further fields: name to Liquid."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, db_default=Now())),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="account.account"),
                ),
            ],
            options={"db_table": "content_message"},
        ),
    ]
