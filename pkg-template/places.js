// Places for streams. Over HTTP/1.1 a server gets six connections from a whole browser, whatever the number of its tabs:
// streams that held them all would starve every request to that server, up to the loading of the shop's next page.

const PLACES = 3;

/** Whether there is a place for one more stream; it is kept until `signal` is aborted, or the page is gone. */
export async function takePlace(signal) {
  for (let place = 1; place <= PLACES; place += 1) {
    if (await take(`malipo:stream:${place}`, signal)) return true;
  }
  return false;
}

function take(name, signal) {
  return new Promise((resolve) => {
    const hold = (lock) => {
      resolve(Boolean(lock));
      return lock && new Promise((letGo) => (signal.aborted ? letGo() : signal.addEventListener("abort", letGo)));
    };
    // Older browsers have no locks, and some pages may not use them (a sandbox, storage denied): none is kept out then.
    const asked = navigator.locks?.request(name, { ifAvailable: true }, hold);
    if (asked) asked.catch(() => resolve(true));
    else resolve(true);
  });
}
