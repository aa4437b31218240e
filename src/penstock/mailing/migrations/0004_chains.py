"""Chains: mailings that follow each other, one step after another."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailing", "0003_stopped_at")]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="chain",
            field=models.ForeignKey(
                db_index=False,
                help_text="The first step of its chain.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="mailing.mailing",
            ),
        ),
        migrations.AddField(
            model_name="mailing",
            name="position",
            field=models.IntegerField(help_text="Of a step in its chain, from 1.", null=True),
        ),
        migrations.AddIndex(
            model_name="mailing",
            index=models.Index(
                condition=models.Q(
                    ("audience__has_key", "step"), ("state__in", ["scheduled", "sending", "finishing"])
                ),
                fields=["id"],
                name="mailing_mailing_following",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("chain__isnull", True), ("position__isnull", True)),
                    models.Q(("chain__isnull", False), ("position__gte", 1)),
                    _connector="OR",
                ),
                name="mailing_mailing_position",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=("chain", "position"),
                name="mailing_mailing_step",
            ),
        ),
    ]
