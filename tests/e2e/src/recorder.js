// Writes down everything that a test wants to know of a page: the widget's events, what nobody caught, what a content
// security policy stopped. A classic script of its own, first in the page, so that nothing comes before it.
window.seen = { events: [], errors: [], violations: [], since: Date.now() };
for (const name of ["start", "initiated", "opened", "blocked", "sent", "pending", "success", "failed", "expired", "cancelled", "error", "change"]) {
  document.addEventListener(`pay-${name}`, (event) => {
    const plain = Object.getPrototypeOf(event.detail) === Object.prototype;
    seen.events.push({ name: event.type, detail: event.detail, plain, target: event.target.id });
    // Heard outside, where nobody looks into the page: how it ends, and for how long the page has been hidden.
    if (name === "success") navigator.sendBeacon("/beacon", JSON.stringify({ state: document.visibilityState, ms: Date.now() - seen.since }));
  }, true);
}
// With where it came from: what happens once in a hundred runs is told once.
addEventListener("error", ({ message, filename, lineno, colno, error }) => seen.errors.push(`${message} at ${filename}:${lineno}:${colno} of ${location.href}; ${error?.stack}`));
addEventListener("unhandledrejection", ({ reason }) => seen.errors.push(`unhandled rejection: ${reason} in ${location.href}; ${reason?.stack}`));
addEventListener("securitypolicyviolation", (event) => seen.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
addEventListener("pageshow", (event) => (seen.kept = event.persisted));
document.addEventListener("visibilitychange", () => (seen.since = Date.now()));
