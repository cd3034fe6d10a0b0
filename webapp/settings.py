"""Django's settings, all of them from the environment or fixed here (docs/settings.md)."""

from __future__ import annotations

import sys
from pathlib import Path

from csp.constants import NONE, SELF

from webapp import env, schema
from webapp.database import SCHEMES, database, refuse_useless, replica
from webapp.launch import embedded_redis
from webapp.launch.secret import redis_prefix, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.flag("DEBUG")
PROXY_HEADERS = env.flag("PROXY_HEADERS")
SECRET_KEY = secret_key(env.text("SECRET_KEY"), BASE_DIR / ".secret-key")
HOST = env.text("HOST", "127.0.0.1", "an address to listen on")
PORT = env.whole_number("PORT", 8000, 0, 65535)
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
ALLOWED_ORIGINS = env.origins("ALLOWED_ORIGINS")
CSRF_TRUSTED_ORIGINS = ALLOWED_ORIGINS
WEB_CONCURRENCY = env.whole_number("WEB_CONCURRENCY", 1, 1, 64)
SERVERS = env.whole_number("SERVERS", 2, 1, 16)
DATABASE_URL = env.url("DATABASE_URL", SCHEMES, "names a database", refuse_useless)
DATABASE_REPLICA_URL = env.url("DATABASE_REPLICA_URL", SCHEMES[:2], "names a database", refuse_useless)
REDIS_URLS = env.urls("REDIS_URL", ("redis", "rediss", "unix"))
DEMO_PASSWORD = env.text("DEMO_PASSWORD")
ADMIN_PASSWORD = env.text("ADMIN_PASSWORD")
DEMO_PEOPLE = ("alice", "bob", "desk", "broker", "admin") if env.flag("DEMO_PEOPLE", default=True) else ()
TLS = env.flag("TLS")
FEED = env.choice("FEED", "sim", ("sim", "replay", "finnhub", "kraken", "off"))
FEED_SEED = env.whole_number("FEED_SEED", 1, 0, 2**31)
FEED_FILE = env.text("FEED_FILE", "", "a file of recorded trades or bars")
FEED_SPEED = env.speed("FEED_SPEED", "1")
FEED_START = env.moment("FEED_START")
FINNHUB_KEY = env.text("FINNHUB_KEY")
QUOTES_PER_SECOND = env.whole_number("QUOTES_PER_SECOND", 10, 0, 100)
# Off at live prices: the paper broker simulates trades only for simulated or recorded ones.
PAPER_BROKER = env.flag("PAPER_BROKER", default=True) and FEED in ("sim", "replay")
# None means no limit.
ORDERS_MAX_NOTIONAL = env.amount_limit("ORDERS_MAX_NOTIONAL")
ORDERS_MAX_OPEN = env.limit("ORDERS_MAX_OPEN")
ORDERS_MESSAGES_PER_MINUTE = env.limit("ORDERS_MESSAGES_PER_MINUTE")
ORDERS_REQUESTS_PER_MINUTE = env.limit("ORDERS_REQUESTS_PER_MINUTE")
SIGN_INS_WAITING = env.limit("SIGN_INS_WAITING", 100)
SIGN_INS_WAITING_PER_ADDRESS = env.limit("SIGN_INS_WAITING_PER_ADDRESS", 50)

if FEED == "replay" and not FEED_FILE:
    raise SystemExit("FEED=replay needs FEED_FILE, a file of recorded trades or bars.")
if FEED == "finnhub" and not FINNHUB_KEY:
    raise SystemExit("FEED=finnhub needs FINNHUB_KEY.")

INSTALLED_APPS = [
    # Only `runserver` needs this app; every other command would wait 0.4 s for the import of Twisted.
    *(["daphne"] if "runserver" in sys.argv else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "webapp.apps.StaticFiles",
    "rest_framework",
    "rest_framework.authtoken",
    "rest_framework_datatables",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "webapp.apps.SignIns",
    "csp",
    "channels",
    "import_export",
    "webapp.apps.WebappConfig",
    "market",
    "orders",
    "demo",
]
MIDDLEWARE = [
    "webapp.secure.RefuseInsecure",
    "django.middleware.security.SecurityMiddleware",
    "webapp.middleware.IsolationHeaders",
    "webapp.middleware.RefuseNul",
    "webapp.middleware.StaticFiles",
    "csp.middleware.CSPMiddleware",
    "webapp.middleware.Sessions",
    "webapp.middleware.Addresses",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "webapp.choices.RefuseStrangeChoices",
    "webapp.choices.RefuseStrangeLookups",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "webapp.urls"
ASGI_APPLICATION = "webapp.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "demo.people.demo_people",
            ]
        },
    }
]

DATABASES = {"default": database(DATABASE_URL, BASE_DIR)}
if DATABASE_REPLICA_URL:
    if not DATABASE_URL.startswith("postgres"):
        raise SystemExit("DATABASE_REPLICA_URL needs a DATABASE_URL that begins with postgres:// or postgresql://.")
    DATABASES["replica"] = replica(DATABASE_REPLICA_URL, BASE_DIR)
DATABASE_ROUTERS = ["orders.store.snapshots.TableRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Separates sites that share a Redis, because its pub/sub ignores database numbers.
REDIS_PREFIX = redis_prefix(SECRET_KEY)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": REDIS_URLS or [embedded_redis.url(BASE_DIR)], "prefix": REDIS_PREFIX},
    }
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "webapp.storage.VendorFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "webapp.storage.StaticStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "webapp.accounts.passwords.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "webapp.accounts.sign_in.locked_out"
# Otherwise any web page could keep its visitor locked out forever, by an attempt from their address now and then.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = TLS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
# Load balancers and `make run` itself request these over plain http.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
if TLS:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# The one style sheet that a library adds to the page: for its attribution link, which its licence requires.
CHART_LINK_STYLE = "'sha256-3pRED1tOXas1FXFoPb9TGCjmYe9XQsmO9OV23khV2nY='"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, CHART_LINK_STYLE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "webapp.accounts.tokens.QuickTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["webapp.throttle.RequestRate"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "orders.api.errors.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
}

SPECTACULAR_SETTINGS = schema.SETTINGS

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"one_line": {"()": "webapp.logs.OneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # The sweep reports a Redis outage once; the channel layer would log a traceback every second.
        "channels_redis.pubsub": {"level": "CRITICAL"},
        # A client's mistake gets an answer, and is not a problem of the site.
        "django.request": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
        # Nor is a request that Django refuses to read; but ALLOWED_HOSTS may lack its host, so one line is logged.
        **{
            f"django.security.{name}": {"filters": ["one_line"]}
            for name in (
                "DisallowedHost",
                "RequestDataTooBig",
                "SuspiciousMultipartForm",
                "TooManyFieldsSent",
                "TooManyFilesSent",
            )
        },
        # Audit log: sign-ins, and users who watch others.
        "webapp.accounts.sign_in_log": {"level": "INFO"},
        "orders.api.base": {"level": "INFO"},
        "orders.socket.subscriptions": {"level": "INFO"},
    },
}
