// The live examples. `make demo` serves these pages with a backend behind them, and says in demo.json where it is: what an
// example sends to /pay/ goes there, as a shop's web server would pass it on. Elsewhere a press says that there is none.
const realFetch = window.fetch.bind(window);
const demo = realFetch("demo.json")
  .then((answer) => (answer.ok ? answer.json() : {}))
  .catch(() => ({}));

window.fetch = async (input, init) => {
  const request = new Request(input, init);
  const { origin, pathname, search } = new URL(request.url);
  const { backend, provider } = await demo;
  if (!backend || origin !== location.origin || !pathname.startsWith("/pay/")) return realFetch(request);
  const to = new URL(`${pathname}${search}`, backend);
  if (pathname === "/pay/initiate") to.searchParams.set("provider", provider);
  return realFetch(to, {
    method: request.method,
    headers: request.headers,
    body: request.method === "GET" ? undefined : await request.text(),
    credentials: request.credentials,
    signal: request.signal,
    keepalive: request.keepalive,
  });
};

let backend;
demo.then((it) => {
  ({ backend } = it);
  document.documentElement.dataset.backend = backend ? "demo" : "none";
  for (const said of document.querySelectorAll(".live .said")) said.textContent = backend ? TRY : DRAWN;
});

document.addEventListener("pay-start", (event) => {
  if (backend) return;
  event.preventDefault();
  const said = event.target.closest(".live")?.querySelector(".said");
  if (said) said.textContent = NONE;
});
for (const name of ["pay-initiated", "pay-pending", "pay-success", "pay-failed", "pay-expired", "pay-cancelled", "pay-error"]) {
  document.addEventListener(name, ({ target, detail }) => {
    const said = target.closest(".live")?.querySelector(".said");
    if (said && backend) said.textContent = `${name} ${JSON.stringify(detail)}`;
  });
}

const TRY = "Live: press it. The demo's sandbox answers, and no money moves.";
const DRAWN = "The real button, with no backend behind it here: press it in the copy of these pages that make demo serves.";
const NONE = "Nothing was sent: no backend stands behind these pages. Run make demo and open them there (the link Docs at the top).";
