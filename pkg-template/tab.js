// Where the checkout page opens, and the blank tab that waits for it.

// User agents of browsers inside apps: no tabs there, and a blank one would take the shop's place (Android WebView,
// Facebook, Instagram, TikTok, Line, WeChat, Google's app). A false hit costs a tab: the page itself goes there.
const IN_APP = /; wv\)|FBAN|FBAV|FB_IAB|Instagram|musical_ly|BytedanceWebview|\bLine\/|MicroMessenger|\bGSA\//;

/** What `auto` means in this browser: the other modes are what they say. */
export function settleMode(mode) {
  if (mode && mode !== "auto") return mode;
  const agent = navigator.userAgent;
  const isIosApp = /iPhone|iPad|iPod/.test(agent) && !/Safari\//.test(agent);
  if (mayNotOpen()) return "link";
  return IN_APP.test(agent) || isIosApp || typeof open !== "function" ? "redirect" : "tab";
}

/** Whether a press opens something at once in this mode. A word that is none is the machine's to report. */
export const opensTab = (mode) => mode === "tab" || mode === "popup";

/** Opens a blank tab, cut off from this page. `null` where the browser refused. Only good inside a click. */
export function openTab(popup, words) {
  let tab;
  try {
    tab = open("about:blank", "_blank", popup ? features() : "");
  } catch {
    return null;
  }
  // Some browsers inside apps hand out this very window.
  if (!tab || tab === window || tab.closed) return null;
  try {
    tab.opener = null;
    describe(tab.document, words);
  } catch {
    // A tab without words is still a tab.
  }
  return tab;
}

function describe(page, words) {
  const meta = page.createElement("meta");
  meta.name = "referrer";
  meta.content = "no-referrer";
  page.head.append(meta);
  page.title = "…";
  page.documentElement.lang = words.lang;
  page.documentElement.dir = words.dir;
  const { style } = page.body;
  style.cssText = "font:18px/1.5 system-ui,sans-serif;color:#555;text-align:center;margin:30vh 16px 0";
  page.body.append(words.say("opening-tab"));
}

function features() {
  const [width, height] = [480, 760];
  const left = Math.max(0, screenX + (outerWidth - width) / 2);
  const top = Math.max(0, screenY + (outerHeight - height) / 2);
  return `popup,width=${width},height=${height},left=${Math.round(left)},top=${Math.round(top)}`;
}

/** Only a frame whose parent is of our origin can be asked; in others the opening is refused, and the link is shown then. */
export function mayNotOpen() {
  try {
    const frame = window.frameElement;
    return Boolean(frame?.hasAttribute("sandbox") && !frame.sandbox.contains("allow-popups"));
  } catch {
    return false;
  }
}
