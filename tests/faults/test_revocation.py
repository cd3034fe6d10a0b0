"""Row 19: people who may no longer see are shut out, within two seconds, and not told of what is no longer theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.faults.clients import Client
from tests.faults.judging import judge
from tests.faults.ledger import Ledger
from tests.faults.patience import HANG_SECONDS, on_cluster_at_least
from tests.faults.report import Row
from tests.faults.sabotage import environment as without
from tests.faults.site import Site
from tests.servers import Server, wait_for
from tests.stack.sockets import Follower, by_token, close_code, dial
from tests.traders import Order, Trader, new_order

MARK_SECONDS = 2.0
# What becomes of each person, and the code of his socket's end.
CODES = {
    "expired": 4401,
    "signed_out": 4401,
    "renewed": 4401,
    "inactive": 4401,
    "tokenless": 4401,
    "removed": 4401,
    "watcher": 4403,
    "grouped": 4403,
}
PERMIT = """
from django.contrib.auth.models import Group, Permission, User
permission = Permission.objects.get(codename="watch_all_orders")
User.objects.get(username={watcher!r}).user_permissions.add(permission)
group = Group.objects.create(name={grouped!r})
group.permissions.add(permission)
User.objects.get(username={grouped!r}).groups.add(group)
"""
REVOKE = """
import time
from datetime import timedelta
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.utils import timezone
from rest_framework.authtoken.models import Token

Session.objects.filter(session_key={expired.session!r}).update(expire_date=timezone.now() - timedelta(seconds=1))
renewed = User.objects.get(username={renewed.name!r})
renewed.set_password("four-other-words-entirely")
renewed.save()
User.objects.filter(username={inactive.name!r}).update(is_active=False)
Token.objects.filter(key={tokenless.token!r}).delete()
User.objects.get(username={removed.name!r}).delete()
permission = Permission.objects.get(codename="watch_all_orders")
User.objects.get(username={watcher.name!r}).user_permissions.remove(permission)
Group.objects.get(name={grouped.name!r}).delete()
print("done", time.time())
"""
GIVE = """
import time
from django.contrib.auth.models import User
from orders.models import Order
order = Order.objects.get(pk={order})
order.user = User.objects.get(username={to!r})
order.save()
print("done", time.time())
"""


class Cast:
    """One person for each way to lose a socket, who all follow something, and an owner who loses nothing."""

    def __init__(self, site: Site, server: Server) -> None:
        self.people = {fate: site.trader() for fate in CODES}
        self.owner = site.trader()
        self._first, self._server = site.servers[0], server
        self._first.shell(PERMIT.format(**{fate: trader.name for fate, trader in self.people.items()}))
        self.followers = {fate: self._follower(fate) for fate in CODES}
        self.orders: list[tuple[Trader, Order]] = []

    def _follower(self, fate: str) -> Follower:
        trader = self.people[fate]
        headers = by_token(trader)
        if fate in ("expired", "signed_out", "renewed"):  # a token is a credential of its own
            headers = {"Cookie": f"sessionid={trader.session}", "Origin": self._server.url}
        followed = self.owner if fate in ("watcher", "grouped") else trader
        return Follower(self._server, headers, followed.name, port=self._server.port)

    @contextmanager
    def listening(self) -> Iterator[Follower]:
        """Everybody has heard of an order; the owner's own follower."""
        lasting = Follower(self._server, by_token(self.owner), self.owner.name, port=self._server.port)
        with ExitStack() as everybody:
            for follower in (lasting, *self.followers.values()):
                everybody.enter_context(follower)
            silent = ("removed", "watcher", "grouped")
            self.orders = [(person, person.place()) for fate, person in self.people.items() if fate not in silent]
            self.orders.append((self.owner, self.owner.place()))
            heard = [follower for fate, follower in self.followers.items() if fate != "removed"]
            wait_for(lambda: all(follower.last == 1 for follower in heard), "an event at everybody", HANG_SECONDS)
            yield lasting

    def lose(self) -> float:
        """Takes from each what was his; when all of it was done."""
        token = "x" * 32
        leaving = {"Cookie": f"sessionid={self.people['signed_out'].session}; csrftoken={token}", "X-CSRFToken": token}
        assert self._first.request("POST", "/accounts/logout/", **leaving)[0] == 302
        return float(self._first.shell(REVOKE.format(**self.people)).split("done ")[1])

    def go_on(self) -> None:
        """The broker reports on everybody's order, so that there is something to hear."""
        for person, order in self.orders:
            person.report(order, "accept")


@on_cluster_at_least
@pytest.mark.fault(19, "session, password, account, token or permission lost")
def test_people_who_may_no_longer_stay_are_shut_out_and_hear_no_more(site: Site, row: Row) -> None:
    cast = Cast(site, site.servers[0])
    with cast.listening() as lasting:
        done = cast.lose()
        wait_for(lambda: all(follower.codes for follower in cast.followers.values()), "the sockets' end", HANG_SECONDS)
        cast.go_on()
        lasting.until(2, HANG_SECONDS)
        codes = {fate: follower.codes[0] for fate, follower in cast.followers.items()}
        slowest = max(follower.closed_at[0] - done for follower in cast.followers.values())
        late = sum(at > done + MARK_SECONDS for one in cast.followers.values() for at in one.arrived.values())
        heard = {fate: follower.last for fate, follower in cast.followers.items()}
        assert lasting.codes == []

    row.figure("the last socket closed after, s", max(0.0, slowest), f"<= {MARK_SECONDS:g}")
    row.figure("events afterwards", late, "0")
    assert codes == CODES
    row.at_most(late, 0)
    assert heard == {fate: 0 if fate == "removed" else 1 for fate in CODES}
    row.within(slowest, MARK_SECONDS)


@pytest.mark.long_form
@pytest.mark.parametrize("site", ["embedded"], indirect=True)
def test_without_the_look_at_sign_ins_they_hear_on_but_may_do_nothing(site: Site) -> None:
    with site.joined(**without("revocation")) as server:
        cast = Cast(site, server)
        inactive = cast.people["inactive"]
        with cast.listening() as lasting, dial(server, by_token(inactive), server.port) as socket:
            cast.lose()
            cast.go_on()
            lasting.until(2)
            listening = [follower for fate, follower in cast.followers.items() if fate != "removed"]
            wait_for(lambda: all(follower.last == 2 for follower in listening), "events for those signed out")

            head = inactive_head(site, inactive)
            socket.send(json.dumps({"type": "order.place", "id": 1, **new_order()}))
            # What this person may no longer hear comes first, and a heartbeat may come between.
            answers = (json.loads(socket.recv(timeout=10)) for _ in range(10))
            answer = next(found for found in answers if found["type"] in {"error", "ack"})
            assert (answer["type"], answer["code"]) == ("error", "unauthenticated")
            assert close_code(socket) == 4401
            assert inactive_head(site, inactive) == head


def inactive_head(site: Site, person: Trader) -> int:
    """How far the log of somebody who can't ask for it himself has come."""
    status, answer = site.servers[0].request("GET", f"/api/events/?limit=1&user={person}", user="desk")
    assert status == 200, answer
    return int(answer["head"])


@on_cluster_at_least
@pytest.mark.fault(19, "an order given to another owner")
def test_an_order_that_changes_hands_is_gone_for_one_and_new_for_the_other(site: Site, row: Row) -> None:
    giver, taker = site.trader(), site.trader()
    with Client(site, giver) as old, Client(site, taker) as new:
        order = giver.place()
        done = float(site.servers[0].shell(GIVE.format(order=order["id"], to=taker.name)).split("done ")[1])
        taker.report(order, "accept")
        new.until(2)
        old.until(2)
        found = judge(site, Ledger(), [old, new])

    slowest = max(old.arrived[2], new.arrived[1]) - done
    row.figure("both told after, s", max(0.0, slowest), f"<= {MARK_SECONDS:g}")
    row.figure("verdict", found)
    assert [event["kind"] for event in old.events] == ["created", "deleted"]
    assert [event["kind"] for event in new.events] == ["created", "accepted"]
    assert found.clean, str(found)
    row.within(slowest, MARK_SECONDS)
