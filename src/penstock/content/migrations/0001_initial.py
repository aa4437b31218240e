"""Messages, pictures, templates."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("penstock_account", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("channel", models.TextField(db_default="email", default="email", help_text="email or sms.")),
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
                    "design",
                    models.JSONField(
                        blank=True, help_text="Blocks of the visual editor, in place of both.", null=True
                    ),
                ),
                (
                    "headers",
                    models.JSONField(blank=True, default=dict, help_text="Further fields: name to Liquid."),
                ),
                (
                    "sender_domain",
                    models.TextField(help_text="Of the sender's address: A-labels, lower case.", null=True),
                ),
                (
                    "sender_address",
                    models.TextField(help_text="As it is compared: lower case, A-labels.", null=True),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="penstock_account.account"
                    ),
                ),
            ],
            options={
                "db_table": "content_message",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "sms"])), name="content_message_channel"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Picture",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("key", models.TextField(help_text="In its address: 128 random bits.", unique=True)),
                ("name", models.TextField(help_text="The file's name, for people.")),
                ("media_type", models.TextField()),
                ("width", models.IntegerField()),
                ("height", models.IntegerField()),
                ("size", models.IntegerField(help_text="Octets.")),
                (
                    "digest",
                    models.BinaryField(help_text="SHA-256 of its octets: the same picture is kept once."),
                ),
                ("data", models.BinaryField()),
                ("made_by", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="penstock_account.account"
                    ),
                ),
            ],
            options={
                "db_table": "content_picture",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("digest"), name="content_picture_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("version", models.IntegerField(db_default=1, default=1)),
                ("made_by", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="penstock_account.account"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="content.message"),
                ),
            ],
            options={
                "db_table": "content_template",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("account"), models.F("name"), name="content_template_name"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateVersion",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("version", models.IntegerField()),
                ("made_by", models.TextField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="content.message"
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="content.template"
                    ),
                ),
            ],
            options={
                "db_table": "content_template_version",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("template"), models.F("version"), name="content_template_version_once"
                    )
                ],
            },
        ),
    ]
