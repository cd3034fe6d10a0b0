"""Switches off, or lets happen, what SABOTAGE names, in every process that loads the settings."""

from __future__ import annotations

import os
from importlib import import_module

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class SabotageConfig(AppConfig):
    name = "tests.faults.sabotage"

    def ready(self) -> None:
        for mechanism in filter(None, os.environ.get("SABOTAGE", "").split(",")):
            for name in ("switches", "mishaps"):
                change = getattr(import_module(f"tests.faults.sabotage.{name}"), mechanism, None)
                if change is not None:
                    change()
                    break
            else:
                raise ImproperlyConfigured(f"SABOTAGE={mechanism} is nothing that can be done.")
