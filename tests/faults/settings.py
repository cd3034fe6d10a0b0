"""The product's settings with its mechanisms switched off that SABOTAGE names: shows that the checkers can fail."""

from webapp.settings import *  # noqa: F403
from webapp.settings import INSTALLED_APPS as INSTALLED

INSTALLED_APPS = [*INSTALLED, "tests.faults.sabotage"]
