"""Sets what PERIODS names, in every process that loads the settings."""

from __future__ import annotations

import os
from importlib import import_module

from django.apps import AppConfig


class PeriodsConfig(AppConfig):
    name = "tests.periods"

    def ready(self) -> None:
        for period in os.environ["PERIODS"].split(","):
            name, _, seconds = period.partition("=")
            module, _, constant = name.rpartition(".")
            usual = getattr(import_module(module), constant)  # a name that is none must not pass unnoticed
            setattr(import_module(module), constant, type(usual)(float(seconds)))
