"""A transport has one or more servers: what stood in its row becomes its first one."""

import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models

MOVE = """
insert into account_server (transport_id, place, url, secret, connections, rate)
select id, 1, url, secret, connections, rate from account_transport;
set constraints all immediate
"""
MOVE_BACK = """
update account_transport t set url = s.url, secret = s.secret, connections = s.connections, rate = s.rate
  from account_server s where s.transport_id = t.id and s.place = 1;
set constraints all immediate
"""


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0004_domain_standing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Server",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("place", models.PositiveSmallIntegerField(help_text="Its place in the list, from 1.")),
                (
                    "url",
                    models.TextField(help_text="As transport.terms understands it, without the password."),
                ),
                (
                    "secret",
                    models.BinaryField(help_text="The password, encrypted by account.secrets.", null=True),
                ),
                (
                    "weight",
                    models.PositiveSmallIntegerField(
                        db_default=1,
                        default=1,
                        help_text="Its part of the messages, in proportion to the others.",
                    ),
                ),
                (
                    "connections",
                    models.PositiveSmallIntegerField(
                        db_default=10,
                        default=10,
                        help_text="Connections that one sender opens for one mailing.",
                    ),
                ),
                (
                    "connection_limit",
                    models.PositiveSmallIntegerField(
                        help_text="Connections over all senders and mailings; empty: no limit.", null=True
                    ),
                ),
                (
                    "rate",
                    models.FloatField(
                        help_text="Messages a second, over all senders and mailings; empty: no limit.",
                        null=True,
                    ),
                ),
                ("enabled", models.BooleanField(db_default=True, default=True)),
                (
                    "transport",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="account.transport"),
                ),
            ],
            options={
                "db_table": "account_server",
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("transport", "place"),
                        name="account_server_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight__gt", 0)), name="account_server_weight"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__isnull", True), ("rate__gt", 0), _connector="OR"),
                        name="account_server_rate",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("connection_limit__isnull", True), ("connection_limit__gt", 0), _connector="OR"
                        ),
                        name="account_server_limit",
                    ),
                ],
            },
        ),
        # So that it can be taken back: the column is there again before it is filled.
        migrations.AlterField(model_name="transport", name="url", field=models.TextField(null=True)),
        migrations.RunSQL(MOVE, MOVE_BACK),
        migrations.RemoveField(
            model_name="transport",
            name="connections",
        ),
        migrations.RemoveField(
            model_name="transport",
            name="rate",
        ),
        migrations.RemoveField(
            model_name="transport",
            name="secret",
        ),
        migrations.RemoveField(
            model_name="transport",
            name="url",
        ),
    ]
