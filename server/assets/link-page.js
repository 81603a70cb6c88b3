// Looks again how the payment stands, and loads the page anew when it says something else: a page that came anew each time would
// take a screen reader back to its first line every few seconds (WCAG 2.2, 2.2.1). Without script the browser does just that.
"use strict";
(() => {
  const EVERY_MS = 5000;
  const words = (page) => page.querySelector("main").textContent;
  let timer;

  const look = async () => {
    // Who does not see the page is not told by it; it looks at once when it is seen again.
    if (!document.hidden) {
      try {
        const answer = await fetch(location.href, { cache: "no-store" });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        // What went wrong in between is gone by the next time.
        if (answer.ok && words(page) !== words(document)) return location.reload();
      } catch { /* offline: the next time */ }
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
