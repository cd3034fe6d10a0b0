"""Figures as people read them: thousands parted, percent with a blank that does not break, a minus that is one."""

from __future__ import annotations

NOTHING = "–"
BLANK = "\N{NO-BREAK SPACE}"


def count(number: int) -> str:
    return f"{number:,}"


def percent(share: float | None, decimals: int = 1) -> str:
    return NOTHING if share is None else f"{share * 100:.{decimals}f}{BLANK}%"


def signed(number: float | None) -> str:
    """Three decimals with their sign; what rounds to 0 has none."""
    if number is None:
        return NOTHING
    text = f"{number:+.3f}"
    return "0.000" if float(text) == 0 else text.replace("-", "−")


def at_least(bound: float | None) -> str:
    return NOTHING if bound is None else f"≥{BLANK}{signed(bound)}"


def interval(low: float | None, high: float | None, decimals: int = 0) -> str:
    """Both bounds in percent, whole unless told otherwise: `31–36 %`."""
    if low is None or high is None:
        return NOTHING
    return f"{low * 100:.{decimals}f}–{high * 100:.{decimals}f}{BLANK}%"


def numbers(first: int, last: int) -> str:
    return count(first) if first == last else f"{count(first)}–{count(last)}"


def amount(number: float) -> str:
    """Six digits that count."""
    return f"{number:,.6g}"


def p_value(value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"<{BLANK}0.001" if value < 0.001 else f"{value:.3f}"
