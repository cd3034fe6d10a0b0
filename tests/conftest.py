"""The cast of every test: alice and bob trade, desk watches, broker executes; and what they trade."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from rest_framework.test import APIClient

from market.models import Instrument
from tests import servers
from tests.databases import SWITCH
from tests.forms import LONG

# How long an example takes says how busy the machine is. The long form looks for new examples each time; a run of all
# tests goes through the same ones, so that what is red tells of a change.
hypothesis_settings.register_profile(
    "any pace", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=not LONG
)
hypothesis_settings.load_profile("any pace")


@pytest.fixture(scope="session", autouse=True)
def broker_url() -> Iterator[str]:
    """A broker of the tests' own, never the one of a server that runs from this folder."""
    with servers.redis_server() as url:
        django_settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"] = [url]
        yield url


@pytest.fixture(scope="session", autouse=True)
def quick_emptying() -> Iterator[None]:
    """After a test that commits, rows are deleted: few tables have any, and a flush makes every one anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty())
        yield


@pytest.fixture(scope="session")
def led_to_sqlite(request: pytest.FixtureRequest) -> ExitStack:
    leading = ExitStack()
    leading.enter_context(request.config.stash[SWITCH].usual())
    return leading


@pytest.fixture(scope="session")
def django_db_setup(led_to_sqlite: ExitStack, django_db_setup: None) -> None:
    """SQLite's test database is made even where the first test to ask for one is to run on PostgreSQL."""
    led_to_sqlite.close()


def empty() -> None:
    """All tables but those that migrations fill."""
    kept = {model._meta.db_table for model in (ContentType, Permission)}
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            if table not in kept:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


@pytest.fixture(autouse=True)
def quick_passwords(settings: pytest.FixtureRequest) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    settings.FEED = "off"  # type: ignore[attr-defined]
    settings.PAPER_BROKER = False  # type: ignore[attr-defined]
    settings.WHITENOISE_AUTOREFRESH = True  # type: ignore[attr-defined]  # nothing needs to be collected for tests
    settings.STORAGES = settings.STORAGES | {  # type: ignore[attr-defined]
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def make_user(name: str, permission: str = "") -> User:
    user: User = get_user_model()._default_manager.create_user(username=name, password=servers.PASSWORD)
    if permission:
        user.user_permissions.add(Permission.objects.get(content_type__app_label="orders", codename=permission))
    return user


@pytest.fixture
def alice(db: None) -> User:
    return make_user("alice")


@pytest.fixture
def bob(db: None) -> User:
    return make_user("bob")


@pytest.fixture
def desk(db: None) -> User:
    return make_user("desk", "watch_all_orders")


@pytest.fixture
def broker(db: None) -> User:
    return make_user("broker", "execute_order")


@pytest.fixture
def administrator(db: None) -> User:
    admin: User = get_user_model()._default_manager.create_superuser(username="admin", password=servers.PASSWORD)
    return admin


@pytest.fixture
def aapl(db: None) -> Instrument:
    instrument, _ = Instrument.objects.get_or_create(symbol="AAPL", defaults={"name": "Apple", "currency": "USD"})
    return instrument


@pytest.fixture
def btcusd(db: None) -> Instrument:
    defaults = {"name": "Bitcoin / US dollar", "currency": "USD", "lot_size": Decimal("0.0001")}
    instrument, _ = Instrument.objects.get_or_create(symbol="BTCUSD", defaults=defaults)
    return instrument


@pytest.fixture
def as_user() -> object:
    """A REST client signed in as this user: `as_user(alice).get(…)`."""

    def client(user: User) -> APIClient:
        signed_in = APIClient()
        signed_in.force_authenticate(user)
        return signed_in

    return client


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """The product as `make run` starts it: SQLite and the embedded broker."""
    served = servers.Server(Path(tmp_path_factory.mktemp("served"))).start()
    try:
        yield served
    finally:
        served.stop()
