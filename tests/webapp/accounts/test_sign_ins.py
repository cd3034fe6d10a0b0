"""Whoever signs in waits for the others who do, and nobody else waits for them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import Argon2PasswordHasher, MD5PasswordHasher, make_password
from django.contrib.auth.models import User
from django.test import RequestFactory

from orders.live.threads import in_thread
from tests.servers import PASSWORD, wait_for
from tests.webapp import asgi
from tests.webapp.asgi import Answer, Site, by_session, by_token
from webapp.accounts import sign_in_queue
from webapp.accounts.passwords import Argon2
from webapp.accounts.sign_in_queue import SignInQueue

NEW = "staple-battery-horse"


class Hashing(MD5PasswordHasher):
    """Notes the threads in which it is asked, and takes as long as it is told to."""

    threads: list[str] = []
    go_on = threading.Event()

    def encode(self, password: str, salt: str) -> str:
        self.threads.append(threading.current_thread().name)
        self.go_on.wait(60)
        return super().encode(password, salt)


@pytest.fixture
async def site(transactional_db: None) -> AsyncIterator[Site]:
    async with asgi.site() as found:
        yield found


@pytest.fixture(autouse=True)
def refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in_queue, "HOLD_SECONDS", 0)


@pytest.fixture
def hashing(settings: Any, alice: User, administrator: User) -> type[Hashing]:
    """From here on; the people's own passwords have been made."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Hashing"]
    Hashing.threads = []
    Hashing.go_on.set()
    return Hashing


async def sign_in(site: Site, name: str, password: str = "wrong", address: str = "127.0.0.1") -> Answer:
    return await site.ask("POST", "/api/token/", {"username": name, "password": password}, address=address)


async def test_every_way_to_check_or_make_a_password_has_its_turn_in_one_thread(
    site: Site, alice: User, administrator: User, hashing: type[Hashing]
) -> None:
    nobody, admin = await in_thread(by_session, None), await in_thread(by_session, administrator)
    user, another = await in_thread(by_session, alice), await in_thread(by_session, administrator)
    twice = {"new_password1": NEW, "new_password2": NEW, "password1": NEW, "password2": NEW, "usable_password": "true"}
    as_alice = {"username": "alice", "password": PASSWORD}
    ways = [
        ("/accounts/login/", as_alice, nobody),
        ("/admin/login/", {"username": "admin", "password": PASSWORD}, nobody),
        ("/accounts/password_change/", {"old_password": PASSWORD} | twice, user),
        ("/admin/auth/user/add/", {"username": "carol"} | twice, admin),
        (f"/admin/auth/user/{alice.pk}/password/", twice, admin),  # and the session has another key
        ("/admin/password_change/", {"old_password": PASSWORD} | twice, another),
    ]

    assert (await sign_in(site, "alice", PASSWORD)).status == 200
    for path, fields, session in ways:
        before = len(hashing.threads)
        assert (await site.post_form(path, fields, session)).status == 302, path
        assert len(hashing.threads) > before, path

    assert set(hashing.threads) == {"sign-in_0"}


async def test_who_comes_when_too_many_wait_is_told_when_to_come_back_and_nobody_else_waits(
    site: Site, alice: User, hashing: type[Hashing], settings: Any
) -> None:
    settings.SIGN_INS_WAITING_PER_ADDRESS = 12
    token = await in_thread(by_token, alice)
    hashing.go_on.clear()
    names = [f"nobody-{number}" for number in range(settings.SIGN_INS_WAITING_PER_ADDRESS)]
    waiting = [asyncio.create_task(sign_in(site, name)) for name in names]
    try:
        await in_thread(wait_for, lambda: hashing.threads, "the first one's turn")
        refused = await sign_in(site, "one too many")
        page = await site.post_form("/accounts/login/", {"username": "x", "password": "x"})
        elsewhere = asyncio.create_task(sign_in(site, "alice", PASSWORD, "127.0.0.2"))
        bystander = await site.ask("GET", "/api/me/", b"", token)
        form = await site.ask("GET", "/accounts/login/")
    finally:
        hashing.go_on.set()

    assert (refused.status, refused.json()["code"], refused.headers["retry-after"]) == (429, "rate_limited", "2")
    assert (page.status, page.headers["retry-after"]) == (429, "2")
    assert (bystander.status, form.status) == (200, 200)
    assert {(await each).status for each in waiting} == {400}
    assert (await elsewhere).status == 200


async def test_guesses_made_at_once_are_counted_before_the_next_is_looked_at(
    site: Site, hashing: type[Hashing]
) -> None:
    guesses = ["wrong"] * 5 + [PASSWORD] + ["wrong"] * 14

    answers = await asyncio.gather(*(sign_in(site, "alice", guess) for guess in guesses))

    assert [answer.status for answer in answers] == [400] * 4 + [429] * 16
    assert len(hashing.threads) == 5
    assert {answer.headers["retry-after"] for answer in answers[4:]} <= {"899", "900"}


@pytest.mark.parametrize(
    ("in_all", "of_one", "room"), [(3, 2, [True, True, False, True]), (2, None, [True, True, False, False])]
)
def test_so_many_wait_as_the_settings_say(
    settings: Any, in_all: int | None, of_one: int | None, room: list[bool]
) -> None:
    settings.SIGN_INS_WAITING, settings.SIGN_INS_WAITING_PER_ADDRESS = in_all, of_one
    assert rooms(["here", "here", "here", "there"]) == room


def test_without_a_limit_any_number_waits(settings: Any) -> None:
    settings.SIGN_INS_WAITING = settings.SIGN_INS_WAITING_PER_ADDRESS = None
    assert set(rooms(["here"] * 500)) == {True}


def rooms(addresses: list[str]) -> list[bool]:
    """Whether there is room for each of those who come one after the other, and wait where there is."""
    queue = SignInQueue()
    found: list[bool] = []
    for address in addresses:
        found.append(queue.has_room(address))
        queue._waiting[address] += found[-1]
    return found


def test_a_password_is_hashed_as_owasp_says_and_an_older_hash_anew_when_its_owner_signs_in(
    alice: User, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = ["webapp.accounts.passwords.Argon2"]
    User.objects.filter(pk=alice.pk).update(password=Argon2PasswordHasher().encode(PASSWORD, "s" * 22))

    def signed_in(password: str) -> bool:
        return authenticate(RequestFactory().get("/"), username="alice", password=password) is not None

    assert not signed_in("wrong")
    assert signed_in(PASSWORD)
    alice.refresh_from_db()
    assert alice.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert signed_in(PASSWORD)
    assert not Argon2().must_update(make_password("x"))
