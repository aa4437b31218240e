"""Django's settings without a database, for `makemigrations --check`: comparing models needs none."""

import os
import tempfile

_home = tempfile.TemporaryDirectory(prefix="penstock-check-")
os.environ["PENSTOCK_HOME"] = _home.name
os.environ["PENSTOCK_SECRET_KEY"] = "only for comparing models with migrations"
os.environ["PENSTOCK_DATABASE_URL"] = "postgresql:///never-connected"

from penstock.platform.settings import *  # noqa: E402, F403

DATABASES: dict[str, object] = {}
