"""Lists that people may leave and join themselves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audience", "0002_segments")]

    operations = [
        migrations.AddField(
            "contactlist",
            "public",
            models.BooleanField(
                db_default=False, default=False, help_text="People may leave and join it themselves."
            ),
        ),
        migrations.AddField(
            "contactlist",
            "title",
            models.TextField(db_default="", default="", help_text="What it is called to them."),
        ),
        migrations.AddField("contactlist", "description", models.TextField(db_default="", default="")),
        migrations.AddConstraint(
            "contactlist",
            models.CheckConstraint(
                condition=models.Q(
                    ("public", False), models.Q(("title", ""), _negated=True), _connector="OR"
                ),
                name="audience_list_public",
            ),
        ),
    ]
