// Looks again every few seconds and puts in place what changed. Without this script the page is the same, and reloaded by
// hand. It asks for the address it stands on and for nothing else.
"use strict";
(() => {
  const EVERY_MS = 3000;
  const PATIENCE_MS = 10000;
  const live = document.getElementById("live");
  const looked = document.getElementById("looked");
  const news = document.getElementById("news");
  const pause = document.getElementById("pause");
  // What the server last said of each section: what stands in the page has marks of ours.
  const known = new Map([...live.children].map((it) => [it.id, it.outerHTML]));
  let tag = live.dataset.tag;
  let paused = false;
  let busy = false;
  let timer;

  // What has the keyboard, or is being copied, is found again or left alone.
  const nameOf = (it) => it.getAttribute("href") ?? it.localName;
  const isSelected = (section) => {
    const selection = getSelection();
    return !selection.isCollapsed && selection.containsNode(section, true);
  };

  const replace = (section, fresh) => {
    const moved = [];
    for (const row of fresh.querySelectorAll("[data-row]")) {
      const before = [...section.querySelectorAll("[data-row]")].find((it) => it.dataset.row === row.dataset.row);
      const same = before && before.innerHTML === row.innerHTML;
      if (same) continue;
      row.classList.add("moved");
      if (row.dataset.says) moved.push(row.dataset.says);
    }
    for (const it of fresh.querySelectorAll("details[id]")) it.open = document.getElementById(it.id)?.open ?? false;
    const active = section.contains(document.activeElement) ? nameOf(document.activeElement) : undefined;
    section.replaceWith(fresh);
    if (active !== undefined) {
      const again = [...fresh.querySelectorAll("a[href], summary")].find((it) => nameOf(it) === active);
      again?.focus({ preventScroll: true });
    }
    return moved;
  };

  // Whether all of it is in place.
  const show = (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    const moved = [];
    let all = true;
    for (const fresh of [...(page.getElementById("live")?.children ?? [])]) {
      const html = fresh.outerHTML;
      const section = document.getElementById(fresh.id);
      if (!section || known.get(fresh.id) === html) continue;
      if (isSelected(section)) {
        all = false;
        continue;
      }
      known.set(fresh.id, html);
      moved.push(...replace(section, document.adoptNode(fresh)));
    }
    const more = moved.length > 3 ? `, and ${moved.length - 3} more` : "";
    if (moved.length > 0) news.textContent = `Changed: ${moved.slice(0, 3).join(", ")}${more}`;
    return all;
  };

  const look = async () => {
    if (busy || paused || document.hidden) return;
    busy = true;
    try {
      const headers = tag ? { "if-none-match": tag } : {};
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const answer = await fetch(location.href, { headers, signal, cache: "no-store" });
      // Signed out, or twelve hours are over: the page asks for the token.
      if (answer.status === 401) return location.reload();
      if (answer.status !== 304) {
        if (!answer.ok) throw new Error(`status ${answer.status}`);
        const whole = show(await answer.text());
        tag = whole ? answer.headers.get("etag") : null;
      }
      const now = new Date().toISOString();
      looked.textContent = `As of ${now.slice(0, 10)} ${now.slice(11, 19)} UTC`;
      looked.classList.remove("stale");
    } catch {
      looked.classList.add("stale");
      if (!looked.textContent.startsWith("Not")) looked.textContent = `Not reached since: ${looked.textContent}`;
    } finally {
      busy = false;
      clearTimeout(timer);
      timer = setTimeout(look, EVERY_MS);
    }
  };

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Go on" : "Pause";
    look();
  });
  document.addEventListener("visibilitychange", look);
  timer = setTimeout(look, EVERY_MS);
})();
