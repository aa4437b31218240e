"""What a test was asked for with, when it was begun, and an index for how many an account had lately."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("preflight", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="testsend",
            name="begun_at",
            field=models.DateTimeField(help_text="When a process took it into its hands.", null=True),
        ),
        migrations.AddField(
            model_name="testsend",
            name="prefix",
            field=models.TextField(db_default="", default="", help_text="What was put before the subject."),
        ),
        migrations.AddIndex(
            model_name="testsend",
            index=models.Index(fields=["account", "asked_at"], name="preflight_test_lately"),
        ),
    ]
