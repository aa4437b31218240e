"""An estimate says how many credits it is, where a message may take several, and what that was counted from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("penstock_account", "0004_limits")]

    operations = [
        migrations.AddField(
            model_name="creditestimate",
            name="credits",
            field=models.BigIntegerField(
                help_text="Where a message may take several parts: how many they would take. Null: one each.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="creditestimate",
            name="basis",
            field=models.TextField(
                help_text="What `credits` was counted from, as credits.estimates names it.", null=True
            ),
        ),
    ]
