/**
 * Counts animation frames, and those of them in which one cell had a new value. The function is called by the benchmark
 * in every page alike; `sample` is `[order id, field]`, or `[null, field]` of the uppermost row.
 */
([id, field]) => {
  const { bench } = window;
  const value = () => (id === null ? bench.top(field) : bench.cell(id, field))?.textContent;
  const watch = { frames: [], fresh: [] };
  let before = value();
  const tick = () => {
    const now = performance.timeOrigin + performance.now();
    const after = value();
    watch.frames.push(now);
    if (after !== before) watch.fresh.push(now);
    before = after;
    if (window.watch === watch) requestAnimationFrame(tick);
  };
  window.watch = watch;
  requestAnimationFrame(tick);
};
