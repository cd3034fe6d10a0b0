"""The benchmarks' figures: ratios go the right way, and a mark that is missed is called so."""

from __future__ import annotations

from benchmarks.figures import Figure, Spread, percentile, table

SLOW, QUICK = Spread.of([9, 10, 14]), Spread.of([4, 4.5, 5])


def test_a_ratio_is_ours_to_the_baselines_and_is_held_against_its_mark() -> None:
    quicker = Figure("first page", "ms", "plain", SLOW, QUICK, at_most=0.5)
    fewer = Figure("saves", "1/s", "plain", SLOW, QUICK, at_least=2)

    assert (quicker.ratio, quicker.met, fewer.met) == (0.45, True, False)
    assert [line.split()[-1] for line in table([quicker, fewer]).splitlines()[1:]] == ["met", "missed"]


def test_a_figure_without_a_mark_only_informs() -> None:
    assert Figure("memory", "KiB", "plain", SLOW, QUICK).met is None


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert [percentile([3, 1, 2], share) for share in (0.01, 0.5, 0.99)] == [1, 2, 3]
