"""Event generation: every committed change of an order becomes one event in its owner's log, numbered without gaps.

Records, numbers, reads and trims events; sends the signal `recording.committed`. Knows none of its receivers.
"""
