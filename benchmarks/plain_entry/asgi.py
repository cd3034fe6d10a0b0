"""The baseline's ASGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.plain_entry.settings")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
