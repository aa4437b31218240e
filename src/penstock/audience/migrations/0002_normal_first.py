"""The index of addresses begins with the address: PostgreSQL sorts by the first column at half the cost of a second one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audience", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="contact", name="audience_contact_normal"),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(fields=("normal", "account"), name="audience_contact_normal"),
        ),
    ]
