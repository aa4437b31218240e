"""What stands in strays in an encoding, so that an erasure finds whom it names."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feedback", "0007_messages")]

    operations = [
        migrations.RunSQL(
            "alter table feedback_stray add column uncovered text not null default ''",
            "alter table feedback_stray drop column uncovered",
        )
    ]
