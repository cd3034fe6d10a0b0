"""Generation: every committed change of an order is one event of its owner's log, numbered without a gap.

Records, numbers, reads and trims; sends `recording.committed`. Knows nothing of who hears it.
"""
