"""Django's settings: migrations and web pages use them; the rooms themselves speak SQL through psycopg."""

from typing import Any
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from penstock.platform import database, environment

_BASE = urlsplit(environment.base_url())
_TLS = _BASE.scheme == "https"
_LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]


def _database(url: str) -> dict[str, Any]:
    """Return Django's description of the PostgreSQL database at `url`."""
    given = conninfo_to_dict(url)
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options = {key: value for key, value in given.items() if key not in named}
    options.setdefault("application_name", "penstock web")
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{name: str(given.get(key) or "") for key, name in named.items()},
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database(database.url())}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"

SECRET_KEY = environment.derived_key("django").hex()
DEBUG = False
ALLOWED_HOSTS = sorted({*_LOOPBACK, _BASE.hostname or "127.0.0.1"})
CSRF_TRUSTED_ORIGINS = [f"{_BASE.scheme}://{_BASE.netloc}"]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "penstock.account",
    "penstock.audience",
    "penstock.content",
    "penstock.mailing",
    "penstock.delivery",
    "penstock.feedback",
    "penstock.notices",
    "penstock.preflight",
    "penstock.report",
    "django_htmx",
    "penstock.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]

AUTH_USER_MODEL = "penstock_account.Person"
CSRF_FAILURE_VIEW = "penstock.web.entrance.link.stale"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign-in"

MIDDLEWARE = [
    "penstock.web.headers.health",
    "penstock.web.metrics.exposed",
    "penstock.web.timing.timed",
    "penstock.web.headers.strict",
    "penstock.api.edges.edges",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "penstock.web.entrance.manner.legible",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "penstock.web.entrance.manner.native",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "penstock.web.urls"
ASGI_APPLICATION = "penstock.platform.asgi.application"
FRONT = "penstock.web.following.Following"  # what platform.asgi puts in front of Django

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["penstock.web.templatetags.forms"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# What guards the door; docs/explanation/the-door.md tells why each is so.
PASSWORD_HASHERS = ["penstock.web.entrance.hashing.Argon2"]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
CACHES = {
    "default": {  # rate limits count over all web processes
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "account_note",
        # Beyond so many Django throws away some that still count; a flood of attempts must not make room for guesses.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}
ACCOUNT_ADAPTER = "penstock.web.entrance.adapter.Door"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # there is no sign-up; without this its checks complain
ACCOUNT_EMAIL_VERIFICATION = "none"  # whoever has an address here was invited by somebody
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_FORMS = {"login": "penstock.web.entrance.forms.SignIn"}
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "reset_password": "10/m/ip",
    "forgotten": "3/15m/key",
    "invitation": "30/m/ip",
}
MFA_ADAPTER = "penstock.web.entrance.second.Second"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Penstock"
MFA_TOTP_TOLERANCE = 1  # steps of 30 s: clocks differ; entrance.forms lets no code in twice
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "penstock.web.entrance.forms.Code",
    "reauthenticate": "penstock.web.entrance.forms.CodeAgain",
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True  # no collectstatic step: the files are served from the packages they came in

# Secure by default; what needs TLS follows the scheme of the public address, so that loopback works plain.
SESSION_COOKIE_SECURE = _TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 7 * 24 * 3600
CSRF_COOKIE_SECURE = _TLS
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if _TLS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
LARGEST_BODIES = (
    "penstock.api.bodies.bound",
    "penstock.web.bodies.hooked",
    "penstock.web.bodies.bound",
)  # platform.asgi asks each before a body is taken
DATA_UPLOAD_MAX_MEMORY_SIZE = (
    12 << 20
)  # what a document of the API may have; asgi lets nothing else be so large
FILE_UPLOAD_TEMP_DIR = str(environment.uploads())  # bodies are spooled there: /tmp may be memory

LOGGING_CONFIG: str | None = "logging.config.dictConfig"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    # A forged link or a stray Host is the stranger's affair, not ours: no line for each.
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
