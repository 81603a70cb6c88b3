// Tells the shop's tab that the shopper is back. If it answers, this tab is no longer needed; if nobody does, this tab
// goes on to the shop's page itself.
"use strict";
(() => {
  const { order: orderId, back, canClose, takingYouBack } = document.body.dataset;
  const next = document.getElementById("next");
  const returned = { type: "malipo:returned", orderId };
  let seen = false;
  let leaving;
  let channel;

  const answered = (data) => {
    if (seen || !data || data.type !== "malipo:seen" || data.orderId !== orderId) return;
    seen = true;
    clearTimeout(leaving);
    next.textContent = canClose;
    next.hidden = false;
    // Works where a script opened this tab; else the sentence above stays.
    window.close();
  };

  try {
    channel = new BroadcastChannel("malipo");
    channel.onmessage = (event) => answered(event.data);
    channel.postMessage(returned);
  } catch { /* older browsers: the storage event does it */ }
  addEventListener("storage", (event) => {
    if (event.key !== "malipo:seen" || !event.newValue) return;
    try { answered({ type: "malipo:seen", ...JSON.parse(event.newValue) }); } catch { /* not ours */ }
  });
  try { localStorage.setItem("malipo:returned", JSON.stringify({ ...returned, t: Date.now() })); } catch { /* storage may be off */ }

  setTimeout(() => {
    if (seen) return;
    next.textContent = takingYouBack;
    next.hidden = false;
    leaving = setTimeout(() => { if (!seen) location.replace(back); }, 1200);
  }, 300);
})();
