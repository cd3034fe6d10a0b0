"""`/forecasts/`: what the record says, in words and tables, for everybody who is signed in."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from market.models import Instrument
from market.scorecard.direction_table import Direction
from market.scorecard.readings import readings
from tests.market.scorecard.records import (
    PRICE,
    being_read,
    cone,
    drawn,
    drawn_cones,
    keep,
    keep_cones,
    shown,
    unread,  # noqa: F401 – a fixture
    unscored,
    unscored_cone,
    waiting,
    waiting_cone,
)
from webapp.scorecard import page as pages


@pytest.fixture
def signed_in(bob: User) -> Client:
    client = Client()
    client.force_login(bob, "django.contrib.auth.backends.ModelBackend")
    return client


def html_of(client: Client, path: str = "/forecasts/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def text_of(html: str) -> str:
    """What is to be read, with single blanks."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.split("<body")[1].split(">", 1)[1])).split())


def rows_of(html: str, title: str) -> list[list[str]]:
    """The cells of the table in the section that has this title."""
    table = html.split(f'id="{title}-title"')[1].split("</table>")[0]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in re.findall(r"(?s)<tr.*?</tr>", table)]
    return [[unescape(cell).replace("\xa0", " ") for cell in row] for row in cells]


@pytest.mark.parametrize("path", ["/forecasts/", "/forecasts/direction/"])
def test_nobody_sees_it_without_signing_in(db: None, path: str) -> None:
    answer = Client().get(path)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/accounts/login/?next={path}")


def test_the_orders_page_leads_there(signed_in: Client) -> None:
    assert '<a href="/forecasts/">Forecasts</a>' in html_of(signed_in, "/")


def test_before_anything_has_come_due_it_says_when_that_will_be(signed_in: Client) -> None:
    empty = text_of(html_of(signed_in))
    keep([waiting(1), waiting(2)])
    asked = text_of(html_of(signed_in))

    for text in (empty, asked):
        assert "No forecast has come due yet: the first 5-minute forecasts are scored five minutes after they" in text
        assert "Skill" not in text
    assert "missing" not in empty
    assert "Waiting 2" in asked
    assert "Numbers 1–2: 0 missing" in asked
    assert "No forecast of this kind has come due yet." in text_of(html_of(signed_in, "/forecasts/?minutes=60"))


def test_it_says_how_many_were_shown_and_why_some_were_not_scored(signed_in: Client) -> None:
    keep(
        [
            *(shown(number) for number in range(1, 1235)),
            *(unscored(1235 + place, reason) for place, reason in enumerate(("feed", "feed", "restart", "closed"))),
            waiting(1239),
        ]
    )

    text = text_of(html_of(signed_in))

    assert "Since 3 Nov 2026, 09:01 UTC" in text
    assert "Shown 1,239 Scored 1,234 Waiting 1 Not scored 4 Numbers 1–1,239: 0 missing" in text
    assert (
        "Not scored: 1 because the forecaster was restarted, 2 because the price feed was interrupted, 1 because the"
        in text
    )


def test_a_missing_number_is_a_warning(signed_in: Client) -> None:
    keep([shown(number) for number in range(1, 21) if number not in (1, 7, 8)])
    html = html_of(signed_in)

    assert 'class="proof-line is-missing"' in html
    assert "1–20: 3 missing" in html
    assert "Missing numbers: 1, 7–8." in text_of(html)
    assert "so the figures leave them out" in html

    keep([], head=40)
    assert "Missing numbers: 1, 7–8, 21–40." in text_of(html_of(signed_in))


def test_each_horizon_and_symbol_has_its_scores(signed_in: Client) -> None:
    keep([shown(1, is_apart=True), shown(2, outcome=1), shown(3, minutes=60, symbol="BTCUSD", is_apart=True)])

    head, *rows = rows_of(html_of(signed_in), "scores")

    assert head == ["Within", "Symbol", "Scored", "Apart", "Said", "Happened", "Off by", "Skill", "Gain", "At any time"]
    assert [row[:3] for row in rows] == [
        ["All", "All", "3"],
        ["5 min", "All", "2"],
        ["5 min", "AAPL", "2"],
        ["60 min", "All", "1"],
        ["60 min", "BTCUSD", "1"],
    ]
    # Brier (0.09 + 0.49) / 2, climatology's (0.16 + 0.36) / 2; one apart gained 0.07, which proves nothing.
    assert rows[2] == ["5 min", "AAPL", "2", "1", "30.0 %", "50.0 %", "20.0 %", "−0.115", "+0.070", "≥ −1.000"]


def test_the_plot_has_its_figures_in_a_table_too(signed_in: Client) -> None:
    keep(drawn(400))
    html = html_of(signed_in)

    plots = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    tables = re.findall(r'<table id="bins-\d+">.*?</table>', html, re.DOTALL)
    assert [len(re.findall("<circle", each)) for each in plots] == [each.count("<tr>") - 1 for each in tables]
    assert len(plots) == 3
    for name in ("liveliness", "quarter"):
        assert sum(int(row[-4].replace(",", "")) for row in rows_of(html, name)[1:]) == readings.newest().stored - sum(
            count for (_, _, kind), count in readings.newest().final.counts.items() if kind != "scored"
        )


def test_symbol_and_minutes_are_kept_in_the_form_and_in_the_download(signed_in: Client, aapl: Instrument) -> None:
    keep([shown(1), shown(2, minutes=60), shown(3, symbol="A&B")])

    html = html_of(signed_in, "/forecasts/?symbol=AAPL&minutes=60")

    assert '<option value="AAPL" selected>' in html
    assert '<option value="60" selected>' in html
    assert 'href="/api/forecasts/scorecard/?format=csv&amp;symbol=AAPL&amp;minutes=60"' in html
    assert next(row[:3] for row in rows_of(html, "scores")[1:]) == ["All", "All", "1"]
    assert "symbol=A%26B" in html_of(signed_in, "/forecasts/?symbol=A%26B&minutes=")


def test_the_cone_has_a_record_of_its_own(signed_in: Client) -> None:
    keep([shown(1)])
    keep_cones([cone(1), unscored_cone(2, "feed"), waiting_cone(4)])

    text = text_of(html_of(signed_in)).split("The cone", 1)[1]

    assert "Since 3 Nov 2026, 09:01 UTC" in text
    assert "Shown 3 Scored 1 Waiting 1 Not scored 1 Numbers 1–4: 1 missing" in text
    assert "Not scored: 1 because the price feed was interrupted." in text
    assert "Missing numbers: 3. Cones were shown under these numbers" in text


def test_each_horizon_and_symbol_has_what_was_said_of_the_cone_and_what_happened(signed_in: Client) -> None:
    inside, beyond = (
        {"is_apart": True, "price": Decimal(price), "symbol": symbol}
        for price, symbol in (("100", "AAPL"), ("105", "BTCUSD"))
    )
    keep_cones(
        [
            *(cone(number, **inside) for number in range(1, 101)),
            *(cone(number, minutes=60, **beyond) for number in range(101, 201)),
        ]
    )
    html = html_of(signed_in)

    _, _, *rows = rows_of(html, "cone")

    assert [row[:4] for row in rows] == [
        ["All", "All", "200", "200"],
        ["5 min", "All", "100", "100"],
        ["5 min", "AAPL", "100", "100"],
        ["60 min", "All", "100", "100"],
        ["60 min", "BTCUSD", "100", "100"],
    ]
    of_aapl, of_btcusd = rows[2][4:], rows[4][4:]
    assert (of_aapl[0], of_aapl[2], of_aapl[3], of_aapl[5]) == ("100.0 %", "2.00 %", "100.0 %", "4.00 %")
    assert re.fullmatch(r"9\d\.\d–100\.0 %, too wide", of_aapl[1])
    assert re.fullmatch(r"9\d\.\d–100\.0 %", of_aapl[4])
    assert (of_btcusd[0], of_btcusd[3]) == ("0.0 %", "0.0 %")
    assert of_btcusd[1].startswith("0.0–")
    assert of_btcusd[1].endswith("%, too narrow")
    # Below and above are told apart in the table of the plot.
    table = html.split('id="cone-80-table"')[1].split("</table>")[0]
    assert re.findall(r">([^<>]+)</t[hd]>", table.split("<tbody>")[1])[7:12] == [
        "60 min",
        "0.0\xa0%",
        "0.0\xa0%",
        "100.0\xa0%",
        "100",
    ]


def test_the_cone_s_plots_have_their_figures_in_a_table_too(signed_in: Client) -> None:
    keep_cones(drawn_cones(400))
    html = html_of(signed_in)

    plots = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    tables = re.findall(r'<table id="cone-\d\d-table">.*?</table>', html, re.DOTALL)
    assert [len(re.findall("<circle", each)) for each in plots] == [3, 3]
    assert [each.count("<tr>") - 1 for each in tables] == [3, 3]
    scored = re.findall(r"Scored</dt><dd>(\d+)", html)[1]
    for name, before in (("cone-liveliness", 2), ("cone-quarter", 1)):
        assert sum(int(row[before]) for row in rows_of(html, name)[1:]) == int(scored)


def test_before_a_cone_has_come_due_it_says_when_one_is_recorded(signed_in: Client) -> None:
    keep_cones([waiting_cone(1)])

    assert "No cone has come due yet: one is recorded when somebody looks at it" in text_of(html_of(signed_in))
    assert "No cone of this kind has come due yet." in text_of(html_of(signed_in, "/forecasts/?minutes=240"))


def test_filters_are_of_the_cone_and_its_download_too(signed_in: Client) -> None:
    keep([shown(1)])
    keep_cones([cone(1), cone(2, symbol="BTCUSD", minutes=240)])

    html = html_of(signed_in, "/forecasts/?symbol=BTCUSD&minutes=240")

    assert '<option value="240" selected>' in html
    assert 'href="/api/forecasts/scorecard/?format=csv&amp;record=cone&amp;symbol=BTCUSD&amp;minutes=240"' in html
    assert [row[:3] for row in rows_of(html, "cone")[2:]][-1] == ["240 min", "BTCUSD", "1"]
    assert "No forecast of this kind has come due yet." in text_of(html)


def test_while_a_long_record_is_read_the_page_says_how_far_and_looks_again(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "scorecard", being_read)

    answer = signed_in.get("/forecasts/?symbol=AAPL")

    assert (answer.status_code, answer.headers["Refresh"]) == (202, "3")
    html = answer.content.decode()
    assert "The record is being read: 300,000 of 1,000,000." in text_of(html)
    assert 'value="300000" max="1000000"' in html


@pytest.mark.parametrize("query", ["symbol=NOSUCH", "minutes=0", "minutes=241", "minutes=five", "minutes=５"])
def test_what_is_not_there_is_not_found(signed_in: Client, query: str) -> None:
    assert signed_in.get(f"/forecasts/?{query}").status_code == 404


def test_a_symbol_is_text_and_never_html(signed_in: Client) -> None:
    keep([shown(1, symbol="<b>\"x'&")])

    html = html_of(signed_in)

    assert "<b>" not in html
    assert html.count("&lt;b&gt;&quot;x&#x27;&amp;") >= 3


@pytest.mark.django_db
def test_it_runs_no_script_and_tells_neither_price_nor_side(signed_in: Client) -> None:
    keep(drawn(50))
    html = html_of(signed_in)

    assert re.findall(r"<script[^>]*src=\"([^\"]+)\"", html) == ["/static/js/theme-first.js"]
    assert "style=" not in html
    assert str(PRICE) not in html
    assert not re.search(r"\b(fill(s|ed)?|buy|sell)\b", text_of(html))


def test_simulated_prices_are_called_so(signed_in: Client, settings: Any) -> None:
    assert "simulated" not in html_of(signed_in)
    settings.FEED = "sim"
    assert "The prices of this site are simulated." in html_of(signed_in)


def test_direction_without_enough_bars_says_how_many_it_takes(signed_in: Client, aapl: Instrument) -> None:
    html = html_of(signed_in, "/forecasts/direction/?symbol=AAPL")

    assert "There are too few bars of AAPL to judge by" in html
    assert "manage.py evaluate_forecast BARS.csv" in html
    assert signed_in.get("/forecasts/direction/?symbol=NOSUCH").status_code == 404


def test_direction_without_redis_says_that_there_are_no_prices(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "direction", lambda symbol: Direction(["AAPL"], symbol, is_away=True))

    assert "Redis does not answer" in html_of(signed_in, "/forecasts/direction/")
