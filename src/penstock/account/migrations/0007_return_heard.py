"""When mail to a return host last reached this installation: only then may anything be asked to be sent there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("penstock_account", "0006_channel")]

    operations = [
        migrations.AddField(
            model_name="domain",
            name="return_heard_at",
            field=models.DateTimeField(
                null=True, help_text="When mail to the return host last came in here; empty: not yet."
            ),
        ),
    ]
