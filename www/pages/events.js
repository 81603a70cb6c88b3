// The log of events: what a shop's own script would hear.

const NAMES = [
  "pay-start", "pay-initiated", "pay-opened", "pay-blocked", "pay-sent", "pay-pending", "pay-success", "pay-failed",
  "pay-expired", "pay-cancelled", "pay-error", "pay-change",
];
const KINDS = { "pay-success": "good", "pay-failed": "bad", "pay-error": "bad", "pay-expired": "bad" };
const MOST_ROWS = 200;

export function startEvents() {
  const rows = document.querySelector("#events-rows");
  for (const name of NAMES) document.addEventListener(name, (event) => log(rows, event));
  document.querySelector("#events-clear").addEventListener("click", () => rows.replaceChildren());
}

function log(rows, event) {
  const from = event.target.id || event.target.localName;
  const last = rows.firstElementChild;
  // Checks come every few seconds: one row a button, counting on.
  const again = event.type === "pay-pending" && last?.dataset.key === `${from} pay-pending`;
  const row = again ? last : document.createElement("tr");
  row.dataset.key = `${from} ${event.type}`;
  row.dataset.kind = KINDS[event.type] ?? "";
  const texts = [new Date().toTimeString().slice(0, 8), from, event.type, spaced(event.detail ?? {})];
  row.replaceChildren(...texts.map(cell));
  if (again) return;
  rows.prepend(row);
  while (rows.childElementCount > MOST_ROWS) rows.lastElementChild.remove();
}

/** As JSON, with spaces at which a narrow screen may break the line. */
function spaced(detail) {
  return JSON.stringify(detail, null, 1).replace(/\n\s*/g, " ");
}

function cell(text) {
  const cell = document.createElement("td");
  cell.textContent = text;
  return cell;
}
