"""The application that uvicorn serves: Django, behind a bound on what a stranger may upload, and before it what has to be fast."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penstock.platform.settings")

import django
from django.conf import settings
from django.utils.module_loading import import_string

from penstock.platform import warming
from penstock.platform.bounding import LARGEST_BODY, App, Bound, Message, bounded
from penstock.platform.handler import Handler

# Sessions and people are asked for with every page: a connection each time would cost more than the question. Only here, where
# requests come; commands open one and leave.
settings.DATABASES["default"]["OPTIONS"]["pool"] = {
    "min_size": 0,
    "max_size": 8,
    "max_idle": 60.0,
    "timeout": 10.0,
}


async def _largest(scope: Message) -> Bound:
    """Ask those whom the settings name, until one knows the address: what a door takes is known to the door."""
    for door in settings.LARGEST_BODIES:
        if (bound := await import_string(door)(scope)) is not None:
            return bound
    return Bound(LARGEST_BODY)


django.setup(set_prefix=False)
application: App = import_string(settings.FRONT)(bounded(Handler(), _largest))
warming.begin()
