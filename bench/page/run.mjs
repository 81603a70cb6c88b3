// node bench/page/run.mjs [--quick]: measures the page, and leaves target/bench/page-*.json; pictures of what was measured lie
// beside them. With --quick it is done few times and several at once: whether it works, not what it says.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch, version } from "./browser.mjs";
import { measureBytes } from "./bytes.mjs";
import { now } from "./front.mjs";
import { HiddenTabs, doorsFor } from "./hidden.mjs";
import { measureOutcome, outcomeResult } from "./outcome.mjs";
import { measurePeers } from "./peers.mjs";
import { measureProfile } from "./profile.mjs";
import { measureReady } from "./ready.mjs";
import { WAIT_S, requestsResult } from "./requests.mjs";
import { ROOT, Stack } from "./stack.mjs";

const quick = process.argv.includes("--quick");
const { rounds, peerRounds, together, pushes, polls, hiddenPushes, hiddenPolls, waitS, hiddenMs } = quick
  ? { rounds: 1, peerRounds: 1, together: 8, pushes: 3, polls: 3, hiddenPushes: 5, hiddenPolls: 1, waitS: 30, hiddenMs: 35_000 }
  : // Chromium slows a tab's timers down to one a minute when it has been hidden for five.
    { rounds: 5, peerRounds: 3, together: 1, pushes: 15, polls: 10, hiddenPushes: 11, hiddenPolls: 5, waitS: WAIT_S, hiddenMs: 330_000 };

const out = join(ROOT, "target/bench");
const shots = join(out, "shots");
mkdirSync(shots, { recursive: true });
const began = now();
const common = { commit: execFileSync("git", ["describe", "--always", "--abbrev=40", "--dirty", "--exclude", "*"], { cwd: ROOT, encoding: "utf8" }).trim(), date: new Date().toISOString(), quick, machine: { browser: version() } };

// What was started ends with this process, however that ends.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
const withPush = await Stack.start({ doors: doorsFor(hiddenPushes) });
const pollAlone = await Stack.start({ push: false });
let browser, hidden;
try {
  write(measureBytes());
  await Promise.all([withPush.prove(), pollAlone.prove()]);
  hidden = await HiddenTabs.open({ withPush, pollAlone, pushes: hiddenPushes, polls: hiddenPolls });
  say("payments wait in hidden tabs");
  // They wait and poll while the rest is measured.
  const counted = hidden.countUntil(waitS * 1000);
  counted.catch(() => {});
  browser = await launch();
  write(await measureReady({ browser, stack: withPush, rounds, together, shots }));
  write(await measurePeers({ browser, stack: withPush, rounds: peerRounds, together, shots }));
  write(await measureProfile({ browser, stack: withPush }));
  const outcome = await measureOutcome({ browser, withPush, pollAlone, pushes, polls });
  write(requestsResult(await counted, waitS));
  write(outcomeResult(outcome, await hidden.settle(hiddenMs)));
} finally {
  await browser?.close();
  await hidden?.close();
  withPush.stop();
  pollAlone.stop();
}

function write(result) {
  writeFileSync(join(out, `${result.name}.json`), `${JSON.stringify({ ...result, ...common }, null, 2)}\n`);
  say(result.title);
  for (const { figure, value, unit, target, holds } of result.rows) {
    console.log(`  ${holds === false ? "MISSES" : "      "} ${figure}: ${value} ${unit}${target === null ? "" : ` (${target})`}`);
  }
}

function say(what) {
  console.log(`${Math.round((now() - began) / 1000)} s: ${what}`);
}
