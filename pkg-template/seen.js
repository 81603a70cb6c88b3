// The shopper came back to this page: whoever has another tab of it open is told.

let told;

/**
 * Tells the page's other tabs of the return that this page is, once. The same with `seen`: the tab from which the shopper set
 * out is still there and knows, so that this one may close.
 */
export function tell(found) {
  told ??= announce(found);
  return told;
}

async function announce(found) {
  if (!found) return undefined;
  const seen = await anotherTabAnswers(found.orderId);
  // Works where a script opened this tab.
  if (seen) window.close();
  return { ...found, seen };
}

function anotherTabAnswers(orderId) {
  const message = { type: "malipo:returned", orderId };
  return new Promise((resolve) => {
    let channel;
    const heard = (data) => data?.type === "malipo:seen" && data.orderId === orderId && done(true);
    const stored = ({ key, newValue }) => {
      try {
        if (key === "malipo:seen") heard({ type: key, orderId: JSON.parse(newValue)?.orderId });
      } catch {
        // not ours
      }
    };
    const done = (seen) => {
      removeEventListener("storage", stored);
      channel?.close();
      resolve(seen);
    };
    addEventListener("storage", stored);
    try {
      channel = new BroadcastChannel("malipo");
      channel.onmessage = (event) => heard(event.data);
      channel.postMessage(message);
    } catch {
      // without it, the storage event does it
    }
    try {
      localStorage.setItem(message.type, JSON.stringify({ ...message, t: Date.now() }));
    } catch {
      // storage may be off
    }
    setTimeout(done, 300, false);
  });
}
