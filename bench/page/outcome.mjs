// How long a page waits for the outcome once the provider has the money: by push and by poll alone, and in a tab that is hidden.
import { openTab } from "./browser.mjs";
import { Payment } from "./payment.mjs";
import { median, quantile, rounded, spread } from "./statistics.mjs";

/** `pushes` payments one after the other, and `polls` at a time, settled at moments that lie evenly over the poll's interval. */
export async function measureOutcome({ browser, withPush, pollAlone, pushes, polls }) {
  const pushed = [];
  for (let round = 0; round < pushes; round += 1) {
    const tab = await openTab(browser);
    const payment = await Payment.begin(tab, withPush);
    pushed.push(await payment.settle());
    await tab.context.close();
  }
  const tabs = await Promise.all(Array.from({ length: polls }, () => openTab(browser)));
  const polled = await settleEvenly(await Promise.all(tabs.map((it) => Payment.begin(it, pollAlone))));
  await Promise.all(tabs.map((it) => it.context.close()));
  return { pushed, polled };
}

/** Settles them all, at moments that lie evenly over the poll's interval. */
export function settleEvenly(payments) {
  return Promise.all(payments.map(async (it, index) => {
    await new Promise((done) => setTimeout(done, (index * POLL_MS) / payments.length));
    return it.settle();
  }));
}

/** `hidden` is what came of the tabs behind other tabs: `{pushed, polled, forMs}`. */
export function outcomeResult({ pushed, polled }, hidden) {
  const rows = [...byPush("", pushed), ...byPoll("", polled)];
  for (const [how, all] of [["push", hidden.pushed], ["poll", hidden.polled]]) {
    const wrong = all.filter((it) => it.visibility !== "hidden").length;
    if (wrong > 0) throw new Error(`${wrong} of ${all.length} tabs that were to tell by ${how} were not hidden: the figure would be of something else`);
  }
  const behind = `, in a tab hidden for ${rounded(hidden.forMs / 60_000)} min`;
  rows.push(...byPush(behind, hidden.pushed), ...byPoll(behind, hidden.polled));
  return { name: "page-outcome", title: "Outcome: from the provider to the event in the page", section: "page", rows };
}

function byPush(where, all) {
  const late = all.map((it) => it.told - it.notified);
  const middle = rounded(median(late));
  return [
    { figure: `from the notification to the event, by push${where}`, value: middle, unit: "ms", target: "at most 50", holds: middle <= 50, note: `the median; loopback; ${spread(late)}; ${parts(all)}` },
    { figure: `the same, 95 %${where}`, value: rounded(quantile(late, 0.95)), unit: "ms", target: null, holds: null, note: "" },
  ];
}

/** As a note: where that time goes, each part by its own median. */
function parts(all) {
  const from = (one, other) => rounded(median(all.map((it) => it[other] - it[one])));
  const steps = [["notified", "passed", "the backend's word goes out"], ["passed", "asked", "the page asks"], ["asked", "answered", "it has its answer"], ["answered", "told", "its event"]];
  return `until ${steps.map(([one, other, what]) => `${what} ${from(one, other)}`).join(", ")}`;
}

function byPoll(where, all) {
  const late = all.map((it) => it.told - it.known);
  const most = rounded(Math.max(...late));
  return [{ figure: `from when the backend knows to the event, by poll alone${where}`, value: most, unit: "ms", target: "never more than 3500", holds: most <= 3500, note: `the longest; median ${rounded(median(late))}; ${spread(late)}` }];
}

/** The widget's own. */
const POLL_MS = 2500;
