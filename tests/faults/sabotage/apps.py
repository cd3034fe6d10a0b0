"""Switches off what SABOTAGE names, in every process that loads the settings."""

from __future__ import annotations

import os
from importlib import import_module

from django.apps import AppConfig


class SabotageConfig(AppConfig):
    name = "tests.faults.sabotage"

    def ready(self) -> None:
        for mechanism in filter(None, os.environ.get("SABOTAGE", "").split(",")):
            getattr(import_module("tests.faults.sabotage.switches"), mechanism)()
