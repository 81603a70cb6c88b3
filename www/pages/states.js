// Draws every scene in each theme and width, or in each language, and brings each button to its state.
import { comesBack, withTabs } from "./states-backend.js";
import { SCENES } from "./states-scenes.js";

const THEMES = ["light", "dark"];
const WIDTHS = ["wide", "narrow"];
const LANGUAGES = ["en", "fr", "sw", "lg", "rw", "am", "ar", "pt", "es"];
// Longer than the longest scene (a press, a second until it expires, and two checks), a hundred of them at a time.
const MOST_MS = 60_000;

const query = new URLSearchParams(location.search);
const some = (name, all) => query.get(name)?.split(",").filter((it) => all.includes(it)) ?? all;
const only = some("only", SCENES.map((it) => it.id));
// Nothing is pressed: for whoever tries a scene by hand, or in a test.
const rests = query.has("rest");
document.documentElement.classList.toggle("sheet", query.has("sheet"));
const themes = some("theme", THEMES);
const widths = some("width", WIDTHS);
const languages = query.get("lang") === "all" ? LANGUAGES : [query.get("lang")].filter((it) => LANGUAGES.includes(it));
if (languages.length === 0) languages.push("en");

await comesBack();
const place = document.querySelector("#scenes");
const template = document.querySelector("#scene");
document.querySelector("#languages").append(...["all", ...LANGUAGES].flatMap((it) => [link(it), " "]));

const played = SCENES.filter((it) => only.includes(it.id)).flatMap((scene) => {
  const row = template.content.cloneNode(true).firstElementChild;
  row.id = scene.id;
  row.querySelector("h2").textContent = scene.title;
  row.querySelector("p").textContent = scene.text;
  place.append(row);
  const cells = languages.flatMap((lang) => themes.flatMap((theme) => widths.map((width) => [lang, theme, width])));
  return cells.map((cell) => play(scene, cell, row.querySelector(".cells")));
});

// For whoever photographs this page: everything is where it belongs, or it says what is not.
const astray = (await Promise.all(played)).filter(Boolean);
document.documentElement.dataset.scenes = astray.length === 0 ? "ready" : `astray: ${astray.join(", ")}`;

function link(lang) {
  const url = new URL(location.href);
  url.searchParams.set("lang", lang);
  return Object.assign(document.createElement("a"), { href: url, textContent: lang });
}

/** Puts one button up and brings it to its state; gives its name where it did not get there. */
async function play(scene, [lang, theme, width], cells) {
  const cell = document.createElement("figure");
  cell.className = `cell ${theme} ${width}`;
  cell.lang = lang;
  cell.dir = lang === "ar" ? "rtl" : "ltr";
  const isButton = !scene.tag;
  const element = document.createElement(scene.tag ?? "pay-button");
  const caption = document.createElement("figcaption");
  caption.dir = "ltr";
  const base = `/scripted/${scene.id}/${lang}-${theme}-${width}`;
  const attributes = {
    ...(isButton && { "initiate-url": `${base}/initiate`, "cancel-url": `${base}/cancel`, amount: "38000", currency: "UGX", mode: "tab" }),
    "verify-url": `${base}/verify`, theme, timeout: "86400000", ...scene.attributes,
  };
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const [slot, tag, values] of scene.slots ?? []) element.append(Object.assign(document.createElement(tag), { slot }, values));
  const tell = () => (caption.textContent = [element.state, element.error?.code].filter(Boolean).join(", "));
  for (const name of ["pay-change", "pay-error"]) element.addEventListener(name, tell);
  cell.append(element, caption);
  cells.append(cell);
  tell();

  await element.ready.catch(() => {});
  if (rests) return speaks(element, lang);
  if (scene.tag === "pay-status") {
    element.resume(`${scene.id}-${lang}-${theme}-${width}`).catch(() => {});
  } else if (isButton && scene.start !== false) {
    // A rejection is one of the scenes.
    withTabs(scene.tabs !== false, () => element.start()).catch(() => {});
    // A backend that never answers is given up at last: press again, or this scene would end.
    if (scene.state === "initiating") element.addEventListener("pay-error", () => element.start().catch(() => {}));
  }
  const there = (async () => {
    await scene.then?.(element);
    while (element.state !== scene.state) await sleep(50);
    await speaks(element, lang);
  })();
  // What never comes about is named as well.
  return Promise.race([there, sleep(MOST_MS).then(() => `${scene.id} ${lang} ${theme} ${width} is ${element.state}`)]);
}

/** The words of its language are there: the file of each is fetched when it is wanted. */
async function speaks(element, lang) {
  while (element.shadowRoot.querySelector("[part~=panel]")?.lang !== lang) await sleep(50);
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
