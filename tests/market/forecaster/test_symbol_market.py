"""One symbol as the forecaster follows it: what it learns and when, and when there can be no number."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest

from market.forecaster import symbol_market
from market.forecaster.results import Results
from market.forecaster.symbol_market import SymbolMarket
from market.forecaster.waitlist import Waiting
from market.models.forecast_record import Outcome, Unscored
from market.money import Quote
from tests.market.forecaster.scenes import LIVE, NOW, bars, learned, quote, quote_text, text_of, texts
from tests.market.forecaster.test_pending import waiting
from tests.tables import failing

# The feed adds to the last bar for so long.
LATE = 2.5


@pytest.fixture
def market() -> SymbolMarket:
    return SymbolMarket("AAPL", NOW)


def quoted(market: SymbolMarket, at: float = NOW, now: float | None = None, **prices: str | None) -> SymbolMarket:
    market.take_quote(quote_text(at, **prices), at if now is None else now)
    return market


def test_the_newest_quote_is_the_one_that_counts(market: SymbolMarket) -> None:
    assert not market.has_quote.is_set()
    quoted(market, last="100")
    quoted(market, last="101", ask=None)
    assert market.has_quote.is_set()
    assert (market.quote, market.pending.extremes.number) == (quote(last="101", ask=None), 2)


def test_a_text_that_is_no_quote_is_as_if_it_had_not_come(market: SymbolMarket) -> None:
    def check(text: str) -> None:
        assert market.take_quote(text, NOW).touches == {}
        assert (market.quote, market.pending.extremes.number, market.has_quote.is_set()) == (Quote(), 0, False)

    wrong = ["", "[]", "{}", "null", '{"bid":"1","ask":"1","last":"1"}', '{"bid":"x","ask":null,"last":null,"at":1}']
    wrong += [f'{{"bid":"{price}","ask":"1","last":"1","at":1}}' for price in ("NaN", "sNaN", "Infinity")]
    assert failing(wrong, check) == []


def test_what_has_ended_is_settled_before_the_next_quote_counts(market: SymbolMarket) -> None:
    quoted(market, last="105", ask="105")
    market.pending.add([waiting(1, ends_at=NOW + 60), waiting(2, ends_at=NOW + 61)])
    quoted(market, NOW + 60, last="98")
    assert market.settle(NOW + 60).touches == {1: Outcome.MISSED}
    quoted(market, NOW + 61, last="105")
    assert market.settle(NOW + 61).touches == {2: Outcome.TRADED_THROUGH}


async def test_bars_are_learned_once_complete_and_each_once(market: SymbolMarket) -> None:
    """A bar is complete 2.5 s after its minute."""
    first = texts(bars()[:20])
    end = bars()[19].time + 60
    await market.learn(first, end + LATE - 0.01)
    assert market.through == bars()[18].time
    await market.learn(first[19:], end + LATE)
    assert market.through == bars()[19].time
    assert market.model.last == bars()[19]
    assert market.model.bars_missing(5) == learned(20).bars_missing(5)


async def test_a_bar_that_is_not_sound_is_left_out_and_told(
    market: SymbolMarket, caplog: pytest.LogCaptureFixture
) -> None:
    good = bars()[:3]
    wrong = [
        "{}",
        '{"time":"x"}',
        text_of(good[1]._replace(low=good[1].high * 2)),
        text_of(good[0]),
        text_of(good[1]._replace(time=good[1].time + 1)),
        text_of(good[1]).replace('"open":"', '"open":"x'),
    ]
    await market.learn([text_of(good[0]), *wrong, text_of(good[2])], NOW)
    assert market.through == good[2].time
    assert len(caplog.messages) == len(wrong)
    assert all(message.startswith("A bar of AAPL is left out: ") for message in caplog.messages)
    assert market.model.last == good[2]


async def test_at_first_it_looks_for_bars_often_and_then_once_a_minute(market: SymbolMarket) -> None:
    await market.learn([], NOW + 4.9)
    assert market.is_due(NOW + 4.99)
    assert not market.is_due(NOW + 5.0)
    assert not market.is_due(NOW + 60 + LATE - 0.1)
    assert market.is_due(NOW + 60 + LATE)
    await market.learn([], NOW + 60 + LATE)
    assert not market.is_due(NOW + 119 + LATE)
    assert market.is_due(NOW + 120 + LATE)


async def test_it_is_ready_with_the_first_bars_or_when_a_feed_would_have_written_some(market: SymbolMarket) -> None:
    await market.learn([], NOW + 2.0)
    assert not market.has_bars.is_set()
    await market.learn([], NOW + 2.1)
    assert (market.has_bars.is_set(), market.has_quote.is_set()) == (True, True)

    other = SymbolMarket("KO", NOW)
    await other.learn(texts(bars()[:1]), NOW)
    assert (other.has_bars.is_set(), other.has_quote.is_set()) == (True, False)


def test_only_with_a_live_feed_there_is_a_number(market: SymbolMarket) -> None:
    quoted(market)
    assert market.why_not(LIVE, NOW) is None
    for state in ("connecting", "stale", "down", "refused"):
        assert market.why_not(state, NOW) == f"The price feed is {state}."


def test_without_a_price_there_is_no_number(market: SymbolMarket) -> None:
    assert market.why_not(LIVE, NOW) == "There is no price."
    quoted(market, bid=None, ask=None, last=None)
    assert market.why_not(LIVE, NOW) == "There is no price."
    quoted(market, bid=None, ask=None)
    assert market.why_not(LIVE, NOW) is None
    quoted(market, bid=None, last=None)
    assert market.why_not(LIVE, NOW) is None


async def test_bars_alone_are_no_price(market: SymbolMarket) -> None:
    await market.learn(texts(bars()[-5:]), NOW + LATE)
    assert market.why_not(LIVE, NOW + LATE) == "There is no price."


def test_in_a_crossed_market_there_is_no_number(market: SymbolMarket) -> None:
    quoted(market, bid="101", ask="100.99")
    assert market.why_not(LIVE, NOW) == "The market is crossed: its bid is above its ask."
    quoted(market, bid="101", ask="101")
    assert market.why_not(LIVE, NOW) is None


async def test_a_price_that_has_stood_for_more_than_three_minutes_is_stale(market: SymbolMarket) -> None:
    quoted(market)
    assert market.why_not(LIVE, NOW + 180) is None
    assert market.why_not(LIVE, NOW + 180.1) == "The price is 3 min old."
    assert market.why_not(LIVE, NOW + 299) == "The price is 4 min old."
    # A quote that comes late does not make it younger, and a bar does.
    quoted(market, NOW - 60, NOW + 300)
    assert market.why_not(LIVE, NOW + 300) == "The price is 5 min old."
    newest = bars()[-1]._replace(time=int(NOW) + 240)
    await market.learn([text_of(newest)], NOW + 300 + LATE)
    assert market.why_not(LIVE, NOW + 480) is None
    assert market.why_not(LIVE, NOW + 481) == "The price is 3 min old."


def test_a_quote_from_the_future_grows_old_like_any_other(market: SymbolMarket) -> None:
    quoted(market, NOW + 86_400, NOW)
    assert market.why_not(LIVE, NOW + 180) is None
    assert market.why_not(LIVE, NOW + 181) == "The price is 3 min old."


def test_a_feed_that_is_interrupted_leaves_what_waits_unscored(market: SymbolMarket) -> None:
    quoted(market)
    market.pending.add([waiting(1, ends_at=NOW + 60), waiting(2, ends_at=NOW + 61)])
    assert market.interrupted(LIVE, NOW).touches == {}
    assert market.interrupted("stale", NOW).touches == {1: Unscored.FEED, 2: Unscored.FEED}
    assert market.interrupted("stale", NOW).touches == {}


def test_after_20_minutes_without_bar_and_quote_the_market_is_closed(market: SymbolMarket) -> None:
    """A bar in which the price stood may follow for 20 minutes, and ends with the 21st."""
    quoted(market)
    market.pending.add([waiting(1, ends_at=NOW + 3_600)])
    assert market.interrupted(LIVE, NOW + 21 * 60).touches == {}
    assert market.interrupted(LIVE, NOW + 21 * 60 + 1).touches == {1: Unscored.CLOSED}


async def test_what_ended_before_the_market_closed_is_scored_and_what_may_have_reached_over_that_is_not(
    market: SymbolMarket,
) -> None:
    """A price that could not move says nothing about a forecast, nor about a cone: for 21 minutes nobody knows."""
    quoted(market, last="105", ask="105")
    market.pending.add([waiting(1, ends_at=NOW + 60), waiting(2, ends_at=NOW + 61), waiting(3, ends_at=NOW + 600)])
    market.cones.add([Waiting(NOW + 61, number=4)])
    quoted(market, NOW + 60, last="98")
    assert market.settle(NOW + 21 * 60) == Results({1: Outcome.MISSED})
    assert not market.interrupted(LIVE, NOW + 60 + 21 * 60)
    given_up = Results({2: Unscored.CLOSED, 3: Unscored.CLOSED}, {4: Unscored.CLOSED})
    assert market.interrupted(LIVE, NOW + 60 + 21 * 60 + 1) == given_up


def test_a_price_that_moves_within_20_minutes_had_only_stood(market: SymbolMarket) -> None:
    quoted(market, last="105", ask="105")
    market.pending.add([waiting(1, ends_at=NOW + 60)])
    market.cones.add([Waiting(NOW + 60, number=2)])
    assert not market.settle(NOW + 1_200)
    quoted(market, NOW + 1_200, last="98")
    assert market.settle(NOW + 1_200) == Results({1: Outcome.MISSED}, {2: Decimal(105)})


async def test_a_bar_proves_a_price_at_its_start_and_none_at_its_end(market: SymbolMarket) -> None:
    """The last price before the close came in the first second of a minute whose bar ends 59 s later."""
    quoted(market, NOW + 1, last="105", ask="105")
    market.pending.add([waiting(1, ends_at=NOW + 30)])
    market.cones.add([Waiting(NOW + 60, number=2)])
    await market.learn([text_of(bars()[-1]._replace(time=int(NOW)))], NOW + 60 + LATE)
    assert not market.settle(NOW + 63)
    await market.learn([text_of(bars()[-1]._replace(time=int(NOW) + 60))], NOW + 120 + LATE)
    assert market.settle(NOW + 123) == Results({1: Outcome.MISSED}, {2: Decimal(105)})


def test_the_first_quote_of_the_next_morning_settles_nothing_of_the_evening(market: SymbolMarket) -> None:
    """However long nobody has looked: a computer that slept wakes with it."""
    quoted(market)
    market.pending.add([waiting(1, ends_at=NOW + 60)])
    assert market.take_quote(quote_text(NOW + 50_000), NOW + 50_000).touches == {1: Unscored.CLOSED}


def test_where_nothing_waits_nothing_is_given_up(market: SymbolMarket) -> None:
    assert not market.interrupted("down", NOW)
    assert not market.interrupted(LIVE, NOW)


async def test_after_every_ten_bars_others_have_their_turn(
    market: SymbolMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[int] = []

    async def turn(seconds: float) -> None:
        turns.append(market.through)

    monkeypatch.setattr(symbol_market, "asyncio", SimpleNamespace(sleep=turn))
    await market.learn(texts(bars()[:35]), NOW)
    assert turns == [bars()[place].time for place in (9, 19, 29)]
