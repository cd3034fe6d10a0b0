"""Whatever is wanted, refused or limited: carrying out the steps makes the upstream's set the wanted one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from market.feeds.interest import Interest, Step
from market.feeds.pace import Patience
from tests.market.hands import Hands


def carry_out(interest: Interest, limit: int | None = None, batch: int = 1) -> list[Step]:
    steps = []
    while step := interest.next_step(limit, batch):
        interest.sent(step)
        steps.append(step)
    return steps


def same(*names: str) -> dict[str, str]:
    return dict.fromkeys(names) | {name: name for name in names}


def test_only_the_difference_is_asked_for_and_room_is_made_first() -> None:
    interest = Interest()
    interest.want(same("A", "B", "C"))
    carry_out(interest)

    interest.want(same("B", "D"))

    assert carry_out(interest, batch=10) == [Step("unsubscribe", ("A", "C")), Step("subscribe", ("D",))]
    assert carry_out(interest) == []


def test_a_new_connection_is_asked_for_everything_in_batches() -> None:
    interest = Interest()
    interest.want(same("A", "B", "C"))
    carry_out(interest)

    interest.restart()

    assert carry_out(interest, batch=2) == [Step("subscribe", ("A", "B")), Step("subscribe", ("C",))]


def test_two_of_our_symbols_may_share_one_of_the_upstreams() -> None:
    interest = Interest()
    interest.want({"BTCUSD": "BTC/USD", "XBTUSD": "BTC/USD"})

    assert carry_out(interest) == [Step("subscribe", ("BTC/USD",))]
    assert interest.ours("BTC/USD") == ("BTCUSD", "XBTUSD")
    assert interest.ours("ETH/USD") == ()


def patient() -> tuple[Interest, Hands]:
    """Waits 5, 10, 20 and then 30 s for what is unheard or postponed, 60 for what was heard, 100 for the refused."""
    hands = Hands()
    return Interest(Patience(unheard=5, quiet=60, first=5, longest=30, refused=100), hands.clock.now), hands


def test_what_was_refused_is_asked_for_again_after_a_while_and_at_once_where_it_is_wanted_anew() -> None:
    interest, hands = patient()
    interest.want(same("A", "B"))
    carry_out(interest)
    interest.refuse("A", "unknown")
    assert carry_out(interest) == []
    assert interest.not_carried(None) == {"A": "unknown"}

    hands.turn(99)
    interest.forgive()
    interest.want(same("A", "B", "C"))
    assert [step.names for step in carry_out(interest)] == [("C",)]
    hands.turn(1)
    interest.forgive()
    assert carry_out(interest) == [Step("subscribe", ("A",))]
    assert interest.not_carried(None) == {}

    interest.refuse("A", "unknown")
    interest.want(same("B", "C"))
    interest.want(same("A", "B", "C"))
    assert carry_out(interest) == [Step("subscribe", ("A",))]


def test_a_new_connection_is_asked_for_what_the_last_one_refused_and_postponed() -> None:
    interest, _ = patient()
    interest.want(same("A", "B"))
    carry_out(interest)
    interest.refuse("A", "unknown")
    interest.postpone("B", "busy")

    interest.restart()

    assert carry_out(interest, batch=9) == [Step("subscribe", ("A", "B"))]


def test_what_is_postponed_is_asked_for_again_ever_later_until_something_is_told() -> None:
    interest, hands = patient()
    interest.want(same("A"))
    carry_out(interest)

    for wait in (5, 10, 20, 30, 30):
        interest.postpone("A", "busy")
        assert interest.not_carried(None) == {"A": "busy"}
        hands.turn(wait - 1)
        interest.forgive()
        assert carry_out(interest) == []
        hands.turn(1)
        interest.forgive()
        assert carry_out(interest) == [Step("subscribe", ("A",))]
        assert interest.unheard() == ["A"]

    assert interest.hear("A")
    assert interest.unheard() == []
    interest.postpone("A", "busy")
    hands.turn(5)
    interest.forgive()
    assert carry_out(interest) == [Step("subscribe", ("A",))]


def test_a_subscription_that_brings_nothing_is_made_anew_ever_later_whether_confirmed_or_not() -> None:
    interest, hands = patient()
    interest.want(same("A", "B"))
    carry_out(interest)
    interest.confirm("A")
    assert not interest.hear("B")

    for wait in (5, 10, 20, 30, 30):
        hands.turn(wait - 1)
        assert interest.renew() == []
        hands.turn(1)
        assert interest.renew() == ["A"]
        assert interest.renew() == []
        assert carry_out(interest) == [Step("unsubscribe", ("A",)), Step("subscribe", ("A",))]
        assert interest.unheard() == ["A"]
        assert interest.hear("B") is interest.is_unheard is False

    assert interest.hear("A")
    assert interest.unheard() == []


def test_one_that_has_told_something_is_made_anew_when_it_has_been_quiet_for_long() -> None:
    interest, hands = patient()
    interest.want(same("A"))
    carry_out(interest)
    interest.hear("A")

    hands.turn(59)
    assert (interest.renew(), carry_out(interest)) == ([], [])
    hands.turn(1)
    assert interest.renew() == [], "something had been told"
    assert carry_out(interest) == [Step("unsubscribe", ("A",)), Step("subscribe", ("A",))]
    assert not interest.hear("A")


def test_what_is_made_anew_keeps_its_place_and_what_is_wanted_no_more_is_only_ended() -> None:
    interest, hands = patient()
    interest.want(same("C", "A", "B"))
    interest.sent(Step("subscribe", ("A", "B")))
    hands.turn(5)

    assert interest.renew() == ["A", "B"]
    assert interest.is_unheard
    assert interest.next_step(2, 1) == Step("unsubscribe", ("A",))
    interest.sent(Step("unsubscribe", ("A",)))
    assert interest.is_unheard
    interest.want(same("C", "A"))

    assert carry_out(interest, limit=1) == [Step("unsubscribe", ("B",)), Step("subscribe", ("A",))]
    assert interest.not_carried(1) == {"C": "only 1 at once"}


def test_above_the_limit_who_is_in_stays_in_and_the_next_one_follows_where_a_place_is_free() -> None:
    interest = Interest()
    interest.want(same("C", "D"))
    carry_out(interest, limit=2)

    interest.want(same("A", "B", "C", "D"))
    assert carry_out(interest, limit=2) == []
    assert interest.not_carried(2) == {"A": "only 2 at once", "B": "only 2 at once"}

    interest.want(same("A", "B", "C"))
    assert carry_out(interest, limit=2) == [Step("unsubscribe", ("D",)), Step("subscribe", ("A",))]


def test_the_one_too_many_is_the_last_of_which_nothing_came_yet() -> None:
    interest = Interest()
    interest.want(same("A", "B", "C", "D"))
    carry_out(interest)
    interest.confirm("D")

    assert interest.over_limit() == 3
    assert interest.not_carried(3) == {"C": "only 3 at once"}
    assert interest.over_limit() == 2
    assert interest.not_carried(2) == {"B": "only 2 at once", "C": "only 2 at once"}


def test_a_refusal_that_comes_when_nobody_wants_the_symbol_is_forgotten() -> None:
    interest = Interest()
    interest.want(same("A"))
    carry_out(interest)
    interest.want({})
    interest.refuse("A", "unknown")

    interest.want(same("A"))

    assert carry_out(interest) == [Step("subscribe", ("A",))]


def test_whether_anything_was_unsubscribed_is_known_of_this_connection() -> None:
    interest = Interest()
    interest.want(same("A"))
    carry_out(interest)
    assert not interest.has_unsubscribed
    interest.want({})
    carry_out(interest)
    assert interest.has_unsubscribed

    interest.restart()
    assert not interest.has_unsubscribed


names = st.sampled_from("ABCDEF")
wishes = st.lists(names, unique=True)


@given(
    st.lists(st.tuples(wishes, st.sampled_from(["", "restart"]), st.integers(0, 4)), min_size=1),
    st.integers(1, 3),
    st.sampled_from([None, 2, 4]),
)
def test_after_any_changes_the_asked_are_the_wanted_up_to_the_limit(
    changes: list[tuple[list[str], str, int]], batch: int, limit: int | None
) -> None:
    interest, subscribed = Interest(), set()
    for number, (wanted, fault, steps) in enumerate(changes, start=1):
        interest.want(same(*wanted))
        if fault:
            interest.restart()
            subscribed.clear()
        last = number == len(changes)
        # All but the last change are overtaken by the next one after a few steps.
        while (last or steps > 0) and (step := interest.next_step(limit, batch)):
            interest.sent(step)
            steps -= 1
            assert 0 < len(step.names) <= batch
            if step.method == "subscribe":
                assert not subscribed & set(step.names)
                subscribed |= set(step.names)
            else:
                assert subscribed >= set(step.names)
                subscribed -= set(step.names)
            assert limit is None or len(subscribed) <= limit

    assert subscribed <= set(wanted)
    assert len(subscribed) == min(len(wanted), limit or len(wanted))
