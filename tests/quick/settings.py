"""The product's settings, with short periods."""

from webapp.settings import *  # noqa: F403
from webapp.settings import INSTALLED_APPS as INSTALLED

INSTALLED_APPS = [*INSTALLED, "tests.quick"]
