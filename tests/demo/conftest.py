"""The demo's tests share what the core's do."""

from tests.orders.conftest import no_heartbeats_by_the_clock, no_market, short_lived_connections  # noqa: F401
