"""Walk-forward evaluation of the forecast on recorded bars: every figure uses the bars before it alone.

It knows recordings, rival forecasts, and how to compare losses. It knows no orders, no feeds and no database. Only the
command and tests use it: what it imports beyond the standard library are development dependencies. `bars_file`,
`direction` (with `point_models`), `diebold_mariano` and `baselines` need the standard library alone.
"""
