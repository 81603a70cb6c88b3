// The way to the checkout page, once it is known.

/** Tells in the blank tab where it is going: on a slow network that is what the shopper looks at. */
export function announce(tab, url, words) {
  try {
    tab.document.body.textContent = words.say("opening-host", new URL(url).host);
  } catch {
    // There is none, or it is not ours any more.
  }
}

/**
 * The shopper follows the link to the checkout page. In a frame that may open no tabs such a link does nothing: there the whole
 * page goes, and the payment is taken up when the shopper is back.
 */
export function follow(event, mayOpen, openTab) {
  const link = event.target;
  if (!mayOpen) link.target = "_top";
  // The browser's own way is good wherever it is known.
  if (window === top || link.target === "_top") return;
  event.preventDefault();
  const tab = openTab();
  // Firefox takes a click for spent on the tab that it refused: there the next one leads the whole page.
  if (!tab) link.target = "_top";
  (tab ?? top).location.href = link.href;
}
