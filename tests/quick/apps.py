"""The short periods, in every process that loads the settings."""

from __future__ import annotations

from django.apps import AppConfig


class QuickConfig(AppConfig):
    name = "tests.quick"

    def ready(self) -> None:
        from orders import sessions, wire

        wire.HEARTBEAT_SECONDS = 1
        sessions.RESTART_SPREAD_MS = 500
