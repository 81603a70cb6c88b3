// Draws every scene four times and brings each button to its state.
import { withTabs } from "./states-backend.js";
import { SCENES } from "./states-scenes.js";

const CELLS = [["light", "wide"], ["light", "narrow"], ["dark", "wide"], ["dark", "narrow"]];
// Longer than the longest scene: a press, a second until it expires, and two checks.
const MOST_MS = 20_000;

const only = new URLSearchParams(location.search).get("only");
const place = document.querySelector("#scenes");
const template = document.querySelector("#scene");

const played = SCENES.filter((it) => !only || it.id === only).flatMap((scene) => {
  const row = template.content.cloneNode(true).firstElementChild;
  row.id = scene.id;
  row.querySelector("h2").textContent = scene.title;
  row.querySelector("p").textContent = scene.text;
  place.append(row);
  return CELLS.map(([theme, width]) => play(scene, theme, width, row.querySelector(".cells")));
});

// For whoever photographs this page: everything is where it belongs, or it says what is not.
const astray = (await Promise.all(played)).filter(Boolean);
document.documentElement.dataset.scenes = astray.length === 0 ? "ready" : `astray: ${astray.join(", ")}`;

/** Puts one button up and brings it to its state; gives its name where it did not get there. */
async function play(scene, theme, width, cells) {
  const cell = document.createElement("figure");
  cell.className = `cell ${theme} ${width}`;
  const element = document.createElement("pay-button");
  const caption = document.createElement("figcaption");
  const base = `/scripted/${scene.id}/${theme}-${width}`;
  const attributes = {
    "initiate-url": `${base}/initiate`, "verify-url": `${base}/verify`, "cancel-url": `${base}/cancel`,
    amount: "38000", currency: "UGX", label: "Pay", theme, timeout: "86400000", mode: "tab", ...scene.attributes,
  };
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  const tell = () => (caption.textContent = [element.state, element.error?.code].filter(Boolean).join(", "));
  for (const name of ["pay-change", "pay-error"]) element.addEventListener(name, tell);
  cell.append(element, caption);
  cells.append(cell);
  tell();

  await element.ready.catch(() => {});
  if (scene.start !== false) {
    // A rejection is one of the scenes.
    withTabs(scene.tabs !== false, () => element.start()).catch(() => {});
    // A backend that never answers is given up at last: press again, or this scene would end.
    if (scene.state === "initiating") element.addEventListener("pay-error", () => element.start().catch(() => {}));
  }
  const there = (async () => {
    await scene.then?.(element);
    while (element.state !== scene.state) await sleep(50);
  })();
  // What never comes about is named as well.
  return Promise.race([there, sleep(MOST_MS).then(() => `${scene.id} ${theme} ${width} is ${element.state}`)]);
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
