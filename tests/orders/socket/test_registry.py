"""A socket does not outlive its right: sign-out, deactivation, password change and lost permissions close it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission, User
from django.db import OperationalError
from rest_framework.authtoken.models import Token

from orders.live.threads import in_thread
from orders.protocol.outbound import Close
from orders.socket import auth, registry
from orders.socket.consumer import OrdersConsumer
from tests.market.conftest import until
from tests.orders import builders
from tests.orders.builders import place
from tests.sockets import Client, Socket, connected, session_headers, session_of, token_header

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def aapl(db: None) -> None:
    builders.instrument()


@pytest.fixture(autouse=True)
def looked_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two seconds are a mark of the fault matrix; here nobody waits for them."""
    monkeypatch.setattr(registry, "CHECK_SECONDS", 0.05)


async def closes(client: Socket, code: int, revoke: Callable[[], Any]) -> None:
    """Makes sure that the socket closes, and that nothing but heartbeats comes before."""
    await in_thread(revoke)
    while (frame := await client.frame())["type"] != "close":
        assert frame["type"] == "heartbeat"
    assert frame["code"] == code


def change_password(user: User) -> None:
    changed = User.objects.get(pk=user.pk)
    changed.set_password("another one")
    changed.save()


def rewrite_password(user: User) -> None:
    User.objects.filter(pk=user.pk).update(password=make_password("another one"))


@pytest.mark.parametrize(
    "revoke",
    [
        pytest.param(lambda user: User.objects.filter(pk=user.pk).update(is_active=False), id="deactivated"),
        pytest.param(change_password, id="password changed"),
        pytest.param(rewrite_password, id="password changed by an update"),
        pytest.param(lambda user: Token.objects.filter(user=user).delete(), id="token deleted"),
    ],
)
async def test_a_program_that_lost_its_right_is_closed(alice: User, revoke: Callable[[User], Any]) -> None:
    token = await in_thread(token_header, alice)
    client = await Client.of(alice)
    await client.follow()
    await closes(client, 4401, lambda: revoke(alice))
    again = Socket(token)
    assert await again.connect()
    assert (await again.frame())["code"] == "unauthenticated", "the same token opens no other socket"


@pytest.mark.parametrize("signed_out", [True, False])
async def test_signing_out_closes_the_sockets_of_that_session_alone(alice: User, signed_out: bool) -> None:
    here, there = await in_thread(session_of, alice), await in_thread(session_of, alice)
    mine, other = Client(*session_headers(here)), Client(*session_headers(there))
    for client in (mine, other):
        await client.connect()
        assert (await client.frame())["type"] == "hello"
    if signed_out:
        await closes(mine, 4401, here.flush)
    else:
        await closes(mine, 4401, lambda: change_password(alice))
        assert (await other.until("close"))["code"] == 4401
        return
    assert (await other.ask(type="ping", client_time=1))["type"] == "pong"
    await other.leave()


async def test_a_lost_permission_closes_who_watches_others_and_nobody_else(desk: User, alice: User) -> None:
    watching, own = await Client.of(desk), await Client.of(desk)
    await watching.follow("*")
    await own.follow()
    await closes(watching, 4403, lambda: desk.user_permissions.clear())
    assert (await own.ask(type="ping", client_time=1))["type"] == "pong"
    assert (await own.ask(type="subscribe", stream="orders", user="alice"))["code"] == "not_found"
    assert (await own.ask(type="subscribe", stream="orders", user="*"))["code"] == "forbidden"
    await own.leave()


async def test_a_permission_given_later_counts_at_once(alice: User, bob: User) -> None:
    async with connected(bob) as client:
        assert (await client.ask(type="subscribe", stream="orders", user="alice"))["code"] == "not_found"
        watch = await in_thread(Permission.objects.get, codename="watch_all_orders")
        await in_thread(bob.user_permissions.add, watch)
        assert (await client.follow("alice"))["head"] == 0


async def test_nothing_is_sent_after_the_close(alice: User, desk: User) -> None:
    client = await Client.of(alice)
    await client.follow()
    await closes(client, 4401, lambda: User.objects.filter(pk=alice.pk).update(is_active=False))
    await client.send(type="ping", client_time=1)
    async with connected(desk) as witness:
        await witness.follow("alice")
        await in_thread(place, alice)
        await witness.until_applied(lambda: witness.last["alice"] == 1)
        assert await witness.hears_nothing()
    assert client.is_empty


async def test_a_socket_of_before_a_password_change_is_not_kept_by_one_of_after(alice: User) -> None:
    before = await in_thread(auth.find_credentials, await scope_of(alice))
    await in_thread(change_password, alice)
    after = await in_thread(auth.find_credentials, await scope_of(alice))
    assert before is not None
    assert after is not None
    assert await in_thread(auth.still_good, [before, after]) == {after}


async def scope_of(user: User) -> dict[str, Any]:
    token, _ = await in_thread(Token.objects.get_or_create, user=user)
    return {"headers": [(b"authorization", f"Token {token.key}".encode())]}


async def test_a_failing_check_closes_nobody_and_is_made_again(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def fail(_: object) -> set[Any]:
        loop.call_soon_threadsafe(failed.set)
        raise RuntimeError("no database")

    async with connected(alice) as client:
        with monkeypatch.context() as patch:
            patch.setattr(auth, "still_good", fail)
            await failed.wait()
            assert (await client.ask(type="ping", client_time=1))["type"] == "pong"
        await closes(client, 4401, lambda: User.objects.filter(pk=alice.pk).update(is_active=False))
    assert "could not be checked" in caplog.text


async def test_a_database_that_is_away_for_many_checks_is_two_lines(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = 0

    def fail(_: object) -> set[Any]:
        nonlocal tries
        tries += 1
        raise OperationalError("refused")

    async with connected(alice):
        with monkeypatch.context() as patch:
            patch.setattr(auth, "still_good", fail)
            await until(lambda: tries > 2, "three checks failing")
        await until(lambda: "checked again" in caplog.text, "a check that works")
    told = [record.getMessage() for record in caplog.records if record.name == "orders.socket.registry"]
    assert told == [
        "Can't check sockets' sign-ins (refused); retrying every second.",
        "Sockets' sign-ins are checked again.",
    ]


async def test_a_server_that_goes_tells_every_client_when_to_come_back(alice: User, bob: User) -> None:
    clients = [await Client.of(user) for user in (alice, bob)]
    await registry.get_sessions().announce_shutdown()
    for client in clients:
        await is_sent_away(client)


async def test_a_socket_that_comes_while_the_server_goes_is_told_at_once(alice: User) -> None:
    await registry.get_sessions().announce_shutdown()
    await is_sent_away(await Client.of(alice))


async def is_sent_away(client: Socket) -> None:
    farewell = await client.frame()
    assert (farewell["type"], farewell["reason"]) == ("going_away", "restart")
    assert registry.RESTART_MS <= farewell["reconnect_after_ms"] < registry.RESTART_MS + registry.RESTART_SPREAD_MS
    assert await client.frame() == {"type": "close", "code": 1012}


async def test_a_server_waits_until_its_clients_have_answered(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "FLUSH_SECONDS", 3600)
    clients = [await Client.of(user) for user in (alice, bob)]
    ending = asyncio.ensure_future(registry.get_sessions().all_gone())
    for client in clients:
        assert not ending.done()
        await client.leave()
    await ending
    assert not registry.get_sessions().open


async def test_a_socket_that_left_is_forgotten(alice: User) -> None:
    async with connected(alice):
        assert len(registry.get_sessions().open) == 1
    assert not registry.get_sessions().open


@pytest.mark.parametrize("parting", ["revoked", "restart"])
async def test_one_socket_that_can_not_be_closed_keeps_no_other_open(
    alice: User, parting: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clients = [await Client.of(alice) for _ in range(3)]
    sockets = list(registry.get_sessions().open)
    close, tried = OrdersConsumer.close, 0

    async def close_all_but_the_first(socket: OrdersConsumer, code: Close) -> None:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise RuntimeError("it can't be closed")
        await close(socket, code)

    with monkeypatch.context() as patch:
        patch.setattr(OrdersConsumer, "close", close_all_but_the_first)
        if parting == "restart":
            await registry.get_sessions().announce_shutdown()
        else:
            await in_thread(User.objects.filter(pk=alice.pk).update, is_active=False)
            await registry.get_sessions().check()
    assert sum(socket.closed for socket in sockets) >= 2
    assert "could not be closed" in caplog.text
    for client in clients:
        await client.leave()
