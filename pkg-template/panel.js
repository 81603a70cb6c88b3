// What stands in the panel around the headline and the hints: there once the machine is, which alone asks for it.
import { fill, make } from "./nodes.js";
import { CSS } from "./panel-style.js";

// What is offered, a bit each: src/browser/host.rs.
const [CHECK, REOPEN, CANCEL, TEST, FEES, LINK] = [4, 8, 16, 32, 64, 128];

// The way of a payment, and where on it a state is. What is waited for once the shopper has been at the checkout page is
// told by the headline.
const STEPS = ["step-sent", "step-open", "step-confirming", "step-paid"];
const AT = { initiating: 0, opening: 1, waiting: 1, success: 3 };
const CONFIRMING = ["checking", "in-review", "cancelling"];

/** The rest of one panel. */
export class Panel {
  static css = CSS;

  constructor(face, act) {
    const { root, button, panel, status, hints } = face;
    this.face = face;
    this.badge = make("span", "badge");
    this.steps = make("ol", "steps");
    this.steps.append(...STEPS.map(() => make("li", "step")));
    this.link = make("a", "link");
    this.link.target = "_blank";
    this.link.rel = "noopener noreferrer";
    this.actions = make("div", "actions");
    // In the order in which they help: a shopper whose tab is gone needs the page first.
    this.offers = [["reopen", REOPEN], ["check-now", CHECK], ["cancel", CANCEL]].map(([name, flag]) => [make("button", name.split("-")[0]), name, flag]);
    this.actions.append(...this.offers.map(([offer]) => offer));
    this.facts = make("div", "facts");
    this.detail = make("p", "detail");
    status.before(this.badge, this.steps);
    hints.after(this.link, this.actions, this.facts, this.detail);
    panel.addEventListener("click", (event) => event.isTrusted && act(event.target.getAttribute("part"), event));
    // The browser takes the focus from what is hidden, as soon as it is. A tab that goes to the back keeps its own.
    face.focused = root.activeElement;
    for (const it of [button, panel]) {
      it.addEventListener("focusin", ({ target }) => (face.focused = target));
      it.addEventListener("focusout", ({ target }) => target.closest("[hidden]") || root.activeElement === target || (face.focused = undefined));
    }
  }

  /** What Face draws; what stands in `lines` beside the hints is added to them. */
  draw(words, state, headline, lines, page, detail, flags, minutes) {
    if (flags & FEES) lines.push(words.say("plus-fees"));
    if (state === "success") lines.unshift(this.face.paid);
    this.steps.hidden = !(state in AT);
    const step = AT[state] + (state === "waiting" && CONFIRMING.includes(headline));
    STEPS.forEach((name, index) => {
      const item = this.steps.children[index];
      item.textContent = words.say(name);
      if (index === step) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    if (page) this.link.href = page;
    else this.link.removeAttribute("href");
    // Where it leads, before the shopper goes there.
    const { host } = this.link;
    fill(this.link, flags & LINK ? words.say("open-host", host) : "");
    const facts = [host && !(flags & LINK) && words.say("page-at", host), minutes && words.say("time-left", minutes)];
    fill(this.facts, facts.filter(Boolean).join("\n"));
    for (const [offer, name, flag] of this.offers) {
      offer.textContent = words.say(name);
      offer.hidden = !(flags & flag);
    }
    this.actions.hidden = !(flags & (CHECK | REOPEN | CANCEL));
    fill(this.detail, detail);
    fill(this.badge, flags & TEST ? words.say("test") : "");
  }
}
