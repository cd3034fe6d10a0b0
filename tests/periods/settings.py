"""The product's settings, with the periods that PERIODS names."""

from webapp.settings import *  # noqa: F403
from webapp.settings import INSTALLED_APPS as INSTALLED

INSTALLED_APPS = [*INSTALLED, "tests.periods"]
