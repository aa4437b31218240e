"""The sender's address as it is compared, beside the field in which it may be spelled in many ways."""

from django.db import migrations, models

# As well as SQL can: the local part of what stands in angle brackets, or alone, without quotes and comments.
FILL = r"""
update content_message
   set sender_address = lower(btrim(regexp_replace(
           coalesce(substring(sender from '<([^<>]+)@[^<>@]*>[^<>]*$'), substring(sender from '([^<>\s]+)\s*@[^@]*$')),
           '\([^()]*\)|^@[^:]*:|["\\\s]', '', 'g'))) || '@' || rtrim(sender_domain, '.')
 where sender_domain is not null
"""


class Migration(migrations.Migration):
    dependencies = [("content", "0003_template_versions")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="sender_address",
            field=models.TextField(help_text="As it is compared: lower case, A-labels.", null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
