// Looks again how the payment stands, and loads the page anew when it says something else: a page that came anew each time would
// take a screen reader back to its first line every few seconds (WCAG 2.2, 2.2.1). Without script the browser does just that.
"use strict";
(() => {
  const EVERY_MS = 5000;
  const PATIENCE_MS = 10000;
  // What is no page of ours has no such place.
  const words = (page) => (page.querySelector("main") || {}).textContent;
  // As the server said it: a browser that translates the page writes its own words over them.
  const said = words(document);
  let timer;

  const look = async () => {
    // Who does not see the page is not told by it; it looks at once when it is seen again.
    if (!document.hidden) {
      const patience = new AbortController();
      setTimeout(() => patience.abort(), PATIENCE_MS);
      try {
        const answer = await fetch(location.href, { cache: "no-store", signal: patience.signal });
        const now = words(new DOMParser().parseFromString(await answer.text(), "text/html"));
        // A 404 of ours knows the payment no more, and its page does not look again; what else went wrong is gone by the next time.
        const counts = now && (answer.ok || answer.status === 404);
        if (counts && now !== said) return location.reload();
      } catch { /* offline, or too late: the next time */ }
    }
    again();
  };
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(look, EVERY_MS);
  };

  again();
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    look();
  });
})();
