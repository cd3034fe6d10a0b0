"""Values in batches, none lost or doubled."""

from __future__ import annotations

import pytest

from market.support.batches import BATCH, batches


@pytest.mark.parametrize(("number", "sizes"), [(0, []), (1, [1]), (BATCH, [BATCH]), (2 * BATCH + 1, [BATCH, BATCH, 1])])
def test_all_values_come_once_in_order_and_no_batch_is_too_large(number: int, sizes: list[int]) -> None:
    found = list(batches(range(number)))
    assert [len(batch) for batch in found] == sizes
    assert [value for batch in found for value in batch] == list(range(number))
