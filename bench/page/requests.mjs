// What a payment costs: the backend in requests, the provider in calls.

/** Of the payments of hidden.mjs that took `seconds`; they are judged if that is what the targets are about. */
export function requestsResult([push, poll], seconds) {
  const judged = (holds) => (seconds >= WAIT_S ? holds : null);
  const short = seconds >= WAIT_S ? "" : `a payment of ${seconds} s: too short to be judged`;
  const row = (figure, value, target, holds, note) => ({ figure, value, unit: "", target, holds: judged(holds), note: [note, short].filter(Boolean).join("; ") });
  const counted = ({ calls }, end) => calls.filter((it) => it.path.includes(end)).length;
  const paths = (it) => `${counted(it, "/initiate/")} initiate, ${counted(it, "/verify/")} verify`;
  return {
    name: "page-requests",
    title: `Requests of a payment of ${seconds} s, in a hidden tab`,
    section: "page",
    rows: [
      row("streams, with push", push.streams, "1", push.streams === 1, ""),
      row("other requests, with push", push.requests, "at most 6", push.requests <= 6, `seconds: ${push.times}`),
      row("requests, by poll", poll.requests + poll.streams, "at most 40", poll.requests + poll.streams <= 40, "all of them; the backend tells no events"),
      // After a payment that the provider has told of (`Stack.prove`).
      row("calls of the provider's API, with push", push.calls.length, "at most 2", push.calls.length <= 2, paths(push)),
      row("calls of the provider's API, by poll", poll.calls.length, "at most 2", poll.calls.length <= 2, paths(poll)),
    ],
  };
}

/** The shopper's minute and a half in the checkout tab, to which the targets belong. */
export const WAIT_S = 90;
