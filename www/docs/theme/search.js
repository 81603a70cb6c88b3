// The search: the index is fetched when somebody wants it, and nothing leaves the page.
import MiniSearch from "./minisearch.js";
import { SETTINGS } from "./search-settings.js";

const MOST = 8;
const form = document.querySelector("#search");
const input = form.querySelector("input");
const list = form.querySelector("ol");
const said = form.querySelector("[role=status]");
let index;

form.hidden = false;
input.addEventListener("focus", () => fetched());
input.addEventListener("input", show);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  list.querySelector("a")?.click();
});
form.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") close();
  if (key === "ArrowDown" || key === "ArrowUp") step(key === "ArrowDown" ? 1 : -1);
});
document.addEventListener("click", (event) => form.contains(event.target) || close());
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  input.focus();
});

function fetched() {
  index ??= fetch("search.json")
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(`${answer.status}`))))
    .then((text) => MiniSearch.loadJSON(text, SETTINGS))
    .catch((error) => {
      index = undefined;
      throw error;
    });
  return index;
}

async function show() {
  const asked = input.value.trim();
  if (!asked) return close();
  try {
    const found = (await fetched()).search(asked).slice(0, MOST);
    if (asked !== input.value.trim()) return;
    list.replaceChildren(...found.map((it) => entry(it, asked)));
    list.hidden = found.length === 0;
    said.textContent = found.length ? `${found.length} found` : `Nothing about "${asked}".`;
    said.hidden = found.length !== 0;
  } catch {
    said.textContent = "The search could not be loaded. It needs a web server: opened as files, these pages have none.";
    said.hidden = false;
  }
}

function entry({ id, title, page, text, terms }) {
  const item = document.createElement("li");
  const link = item.appendChild(document.createElement("a"));
  link.href = id;
  link.append(made("strong", title), made("span", title === page ? "" : page), made("small", around(text, terms)));
  link.addEventListener("click", close);
  return item;
}

function around(text, terms) {
  const at = Math.max(0, Math.min(...terms.map((it) => text.toLowerCase().indexOf(it)).filter((it) => it >= 0), text.length) - 40);
  const from = at === 0 || at >= text.length ? 0 : text.indexOf(" ", at) + 1;
  return `${from ? "… " : ""}${text.slice(from, from + 110)}${text.length > from + 110 ? " …" : ""}`;
}

function made(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

function step(by) {
  const places = [input, ...list.querySelectorAll("a")];
  places.at((places.indexOf(document.activeElement) + by) % places.length)?.focus();
}

function close() {
  list.hidden = true;
  said.hidden = true;
}
