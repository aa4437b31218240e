"""One more reason to suppress an address: it bounced softly too often."""

from django.db import migrations, models

REASONS = ("unsubscribed", "hard_bounce", "soft_bounces", "complaint", "manual", "invalid")


class Migration(migrations.Migration):
    dependencies = [("audience", "0003_public_lists")]

    operations = [
        migrations.RemoveConstraint("suppression", "audience_suppression_reason"),
        migrations.AddConstraint(
            "suppression",
            models.CheckConstraint(
                condition=models.Q(("reason__in", REASONS)), name="audience_suppression_reason"
            ),
        ),
    ]
