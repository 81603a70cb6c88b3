// How it looks. One sheet for all widgets of the page, without a <style> element where that can be: a strict CSP refuses it.
// This is the button; what is needed once something goes on is in panel-style.js.

const sheets = {};

/** Styles a shadow root, after what is in it, and after the styles that it has. */
export function style(root, css) {
  try {
    let sheet = sheets[css];
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      sheets[css] = sheet;
    }
    root.adoptedStyleSheets = [...root.adoptedStyleSheets.filter((it) => it !== sheet), sheet];
  } catch {
    // Older browsers (Safari before 16.4); with a strict CSP as well it is plain, and works.
    const element = document.createElement("style");
    element.textContent = css;
    root.append(element);
  }
}

// `light-dark()` follows the page's own color-scheme; browsers that do not know it stay light.
export const CSS = `
:host{
--a:#0a6847;--o:#fff;--i:#16211c;
--accent:var(--pay-accent,var(--a));--on:var(--pay-on-accent,var(--o));--ink:var(--pay-ink,var(--i));--radius:var(--pay-radius,10px);
display:inline-block;box-sizing:border-box;width:22rem;max-width:100%;
font:400 1rem/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-family:var(--pay-font,inherit);text-align:start
}
@supports (color:light-dark(#000,#fff)){:host{--a:light-dark(#0a6847,#5fd3a4);--o:light-dark(#fff,#06281b);--i:light-dark(#16211c,#edf3f0)}}
:host([hidden]),[hidden]{display:none!important}
:host([theme=light]){color-scheme:light}
:host([theme=dark]){color-scheme:dark}
*,::before{box-sizing:border-box;margin:0;padding:0}
button,a{font:inherit;min-height:44px;padding:.5em 1em;border:1px solid var(--line,transparent);border-radius:var(--radius);background:0;color:inherit;cursor:pointer;touch-action:manipulation;overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--ink);outline-offset:2px}
[part=button]{display:flex;flex-wrap:wrap;align-items:center;justify-content:center;gap:0 .5em;width:100%;min-height:52px;font-weight:600;font-size:1.0625rem;border-color:transparent;background:var(--accent);color:var(--on)}
::slotted([slot=logo]){flex:none;max-height:1.5em;max-width:5em}
[part=amount]{font-variant-numeric:tabular-nums}
[part=amount]:empty{display:none}
[part=button]:disabled{opacity:.55;cursor:not-allowed}
[part~=panel]{margin-top:.75rem;overflow-wrap:anywhere}
[part~=panel][data-state=idle]{display:none}
[part=status]{font-weight:600}
[part=hints]{white-space:pre-line}
@media (forced-colors:active){[part=button]{border-color:ButtonBorder!important}}
`;
