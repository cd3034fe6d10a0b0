"""A client that a generator makes of the API's description does a trader's and a broker's day."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import openapi_python_client
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from openapi_python_client.config import Config, ConfigFile, MetaType

from orders.models import Order
from tests.servers import PASSWORD, ROOT

# As the generator names it by itself, and the documentation shows it.
PACKAGE = "order_monitor_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The generator's package, imported; what it can't make of the description is an error."""
    folder = Path(tmp_path_factory.mktemp("generated"))
    written = StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=written)
    (folder / "schema.json").write_text(written.getvalue())
    config = Config.from_sources(
        ConfigFile(post_hooks=[]),
        MetaType.NONE,
        document_source=folder / "schema.json",
        file_encoding="utf-8",
        overwrite=True,
        output_path=folder / PACKAGE,
    )
    assert list(openapi_python_client.generate(config=config)) == []
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(PACKAGE)
    finally:
        sys.path.remove(str(folder))


class Trader:
    """A signed-in client, and the generated functions by the operation's name: `do("orders", "orders_place", …)`."""

    def __init__(self, generated: Any, token: str) -> None:
        self.client = generated.AuthenticatedClient(
            base_url="http://testserver", token=token, prefix="Token", raise_on_unexpected_status=True, **in_process()
        )

    def do(self, tag: str, operation: str, *arguments: Any, **named: Any) -> tuple[int, Any]:
        module = importlib.import_module(f"{PACKAGE}.api.{tag}.{operation}")
        answer = module.sync_detailed(*arguments, client=self.client, **named)
        return int(answer.status_code), answer.parsed


class InProcess(httpx.BaseTransport):
    """Hands requests to the site without a server, in the test's own transaction."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        kind = request.headers.get("content-type", "")
        headers = {name: value for name, value in request.headers.items() if name in ("authorization", "accept")}
        path = request.url.raw_path.decode()
        answer: Any = Client().generic(request.method, path, request.read(), kind, headers=headers)
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)


def in_process() -> dict[str, Any]:
    return {"httpx_args": {"transport": InProcess()}}


@pytest.fixture
def sign_in(generated: Any) -> Any:
    def signed_in(user: User) -> Trader:
        module = importlib.import_module(f"{PACKAGE}.api.token.token_create")
        models = importlib.import_module(f"{PACKAGE}.models")
        client = generated.Client(base_url="http://testserver", **in_process())
        answer = module.sync(client=client, body=models.SignIn(username=user.get_username(), password=PASSWORD))
        return Trader(generated, answer.token)

    return signed_in


@pytest.mark.django_db(transaction=True)
def test_it_places_lists_amends_cancels_and_executes(
    generated: Any, sign_in: Any, alice: User, broker: User, aapl: Any
) -> None:
    models: Any = importlib.import_module(f"{PACKAGE}.models")
    trader, executor = sign_in(alice), sign_in(broker)

    def new(**fields: Any) -> Any:
        terms = {"symbol": "AAPL", "side": models.SideEnum.BUY, "quantity": "18", "price": "585.33"}
        return models.NewOrder(**(terms | fields))

    status, order = trader.do("orders", "orders_place", body=new(client_order_id="mine-1"))
    assert (status, order.status, order.version) == (201, "pending_new", 1)
    assert trader.do("orders", "orders_place", body=new(client_order_id="mine-1")) == (200, order)
    status, several = trader.do("orders", "orders_place", body=[new(), new(price="585.34")])
    assert (status, [each.price for each in several]) == (201, ["585.33", "585.34"])

    status, page = trader.do("orders", "orders_list", tab=models.OrdersListTab.WORKING, page_size=2)
    assert (status, page.count, [each.id for each in page.results]) == (200, 3, [several[1].id, several[0].id])
    status, table = trader.do("orders", "orders_list", format_=models.OrdersListFormat.DATATABLES)
    assert (status, table.records_total, table.head) == (200, 3, 3)

    status, order = trader.do(
        "orders", "orders_amend", order.id, body=models.Amendment(expected_version=1, quantity="20")
    )
    assert (status, order.quantity, order.version) == (200, "20", 2)
    status, refused = trader.do("orders", "orders_amend", order.id, body=models.Amendment(expected_version=1))
    assert (status, refused.code, refused.current.version) == (409, "version_conflict", 2)
    amendments = [models.ListAmendment(id=each.id, expected_version=1, text="together") for each in several]
    status, amended = trader.do("orders", "orders_amend_list", body=amendments)
    assert (status, {each.text for each in amended}) == (200, {"together"})

    accept = models.Report(exec_id="x-1", kind=models.KindEnum.ACCEPT)
    fill = models.Report(exec_id="x-2", kind=models.KindEnum.FILL, last_qty="5", last_price="585.31")
    assert executor.do("orders", "orders_execute", order.id, body=accept)[0] == 201
    status, filled = executor.do("orders", "orders_execute", order.id, body=fill)
    assert (status, filled.status, filled.cum_qty, filled.avg_price) == (201, "partially_filled", "5", "585.31")
    assert executor.do("orders", "orders_execute", order.id, body=fill)[0] == 200
    assert trader.do("orders", "orders_execute", order.id, body=fill)[0] == 403

    status, canceled = trader.do("orders", "orders_cancel", order.id, body=models.Cancel())
    assert (status, canceled.status) == (200, "pending_cancel")
    status, read = trader.do("orders", "orders_read", order.id)
    assert (status, read) == (200, canceled)
    status, log = trader.do("events", "events_list", after=0, limit=100)
    assert (status, log.head, [event.seq for event in log.results]) == (200, 9, list(range(1, 10)))


@pytest.mark.django_db(transaction=True)
def test_it_understands_how_it_is_refused(generated: Any, sign_in: Any, alice: User, aapl: Any) -> None:
    models: Any = importlib.import_module(f"{PACKAGE}.models")
    trader, stranger = sign_in(alice), Trader(generated, "wrong")
    order = models.NewOrder(symbol="AAPL", side=models.SideEnum.BUY, quantity="0.5", price="585.33")
    refusals = [
        (trader.do("orders", "orders_place", body=order), 400, "validation_failed"),
        (trader.do("orders", "orders_list", page=9), 404, "not_found"),
        (trader.do("orders", "orders_read", 999_999), 404, "not_found"),
        (trader.do("events", "events_list", user="bob"), 404, "not_found"),
        (trader.do("demo", "demo_start"), 403, "forbidden"),
        (stranger.do("orders", "orders_list"), 401, "unauthenticated"),
        (stranger.do("orders", "orders_place", body=order), 401, "unauthenticated"),
    ]
    assert [(status, error.code) for (status, error), _, _ in refusals] == [(s, code) for _, s, code in refusals]


@pytest.mark.django_db(transaction=True)
def test_the_documented_example_places_an_order(
    generated: Any, sign_in: Any, alice: User, aapl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    [code] = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(), re.DOTALL)
    token = sign_in(alice).client.token
    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=InProcess()))
    exec(code, {"TOKEN": token})
    assert [(order.symbol_id, order.quantity) for order in Order.objects.for_trader(alice)] == [("AAPL", 18)]
