"""The wiring's own app: its checks and commands."""

from django.apps import AppConfig


class WebappConfig(AppConfig):
    name = "webapp"
