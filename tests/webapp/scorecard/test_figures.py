"""Figures as people read them."""

from __future__ import annotations

from webapp.scorecard import figures


def test_figures_are_as_people_write_them() -> None:
    assert figures.count(1234567) == "1,234,567"
    assert figures.percent(0.3126) == "31.3\xa0%"
    assert [figures.signed(each) for each in (0.0125, -0.031, 0.0, -0.0001, 0.0004)] == [
        "+0.013",
        "−0.031",
        "0.000",
        "0.000",
        "0.000",
    ]
    assert figures.at_least(-0.012) == "≥\xa0−0.012"
    assert figures.interval(0.31, 0.355) == "31–36\xa0%"
    assert figures.interval(0.931, 0.9604, 1) == "93.1–96.0\xa0%"
    assert [figures.numbers(7, 7), figures.numbers(1, 12345)] == ["7", "1–12,345"]
    assert [figures.amount(0.0312345678), figures.amount(24675.23)] == ["0.0312346", "24,675.2"]
    assert [figures.p_value(each) for each in (0.197, 0.0001)] == ["0.197", "<\xa00.001"]


def test_what_is_not_known_is_a_dash() -> None:
    shown = [figures.percent(None), figures.signed(None), figures.at_least(None), figures.p_value(None)]

    assert [*shown, figures.interval(None, None)] == ["–"] * 5
