"""Settings of the baseline: the same libraries, database pragmas, hasher and channel layer as the product."""

import os
from pathlib import Path

from webapp.database import database

SECRET_KEY = "only-for-the-benchmark-on-this-machine"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "benchmarks.plain_channels.urls"
ASGI_APPLICATION = "benchmarks.plain_channels.asgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "rest_framework.authtoken",
    "benchmarks.plain_channels.apps.PlainConfig",
]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if os.environ["PLAIN_DATABASE"].startswith("postgres"):
    # Each request has its own thread here, so a persistent connection would never be reused.
    own = {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 0}
    DATABASES = {"default": database(os.environ["PLAIN_DATABASE"], Path()) | own}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["PLAIN_DATABASE"],
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
            },
        }
    }
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [os.environ["REDIS_URL"]]},
    }
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
LOGGING_CONFIG = None
