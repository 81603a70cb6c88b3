// What a page found, told to the test that opened it; everything that goes wrong meanwhile is told as well.
const errors = [];
addEventListener("error", ({ message }) => errors.push(message));
addEventListener("unhandledrejection", ({ reason }) => errors.push(`unhandled: ${reason}`));
for (const name of ["error", "warn"]) {
  const say = console[name];
  console[name] = (...all) => {
    errors.push(all.map(String).join(" "));
    say(...all);
  };
}

/** Runs `find`, and reports what it gives, or how it fails. */
export async function report(find) {
  const found = await Promise.resolve().then(find).catch((error) => ({ failed: String(error?.stack ?? error) }));
  await task();
  await fetch("/report", { method: "POST", body: JSON.stringify({ ...found, errors }) });
}

/** The next task: what was put off by one has happened. */
export const task = () => new Promise((done) => setTimeout(done));

/** Waits until it is so; what never comes fails by itself. */
export async function until(isSo) {
  const began = Date.now();
  while (!isSo()) {
    if (Date.now() - began > 30_000) throw new Error(`it never came: ${isSo}`);
    await task();
  }
}
