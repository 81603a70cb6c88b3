// Runs in every measured page before anything else, and writes down what is asked for afterwards. Times are milliseconds since
// the navigation began.
window.bench = { ready: undefined, box: undefined, clicks: [], longTasks: [], shifts: [] };

/** The page says that a press on this element would be answered now. */
window.isReady = (element) => {
  if (bench.ready !== undefined) return;
  bench.ready = performance.now();
  // Where it stands is looked up in a task of its own: the layout that this asks for would lengthen the page's.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const { x, y, width, height } = element.getBoundingClientRect();
    bench.box = { x: x + width / 2, y: y + height / 2, width, height };
    window.told?.(JSON.stringify(bench.box));
  };
  port2.postMessage(0);
};

addEventListener("click", (event) => event.isTrusted && bench.clicks.push(performance.now()), true);
addEventListener("pay-success", ({ detail }) => {
  // Heard outside, where nobody looks into a page that is hidden.
  navigator.sendBeacon("/beacon", JSON.stringify({ orderId: detail.orderId, at: Date.now(), visibility: document.visibilityState }));
});

const write = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
write("longtask", (it) => bench.longTasks.push({ start: it.startTime, ms: it.duration }));
write("layout-shift", (it) => it.hadRecentInput || bench.shifts.push({ at: it.startTime, value: it.value }));
