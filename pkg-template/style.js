// How it looks. One sheet for all widgets of the page, without a <style> element where that can be: a strict CSP refuses it.

let sheet;

/** Styles a shadow root, after what is in it. */
export function style(root) {
  try {
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
    }
    root.adoptedStyleSheets = [sheet];
  } catch {
    // Older browsers (Safari before 16.4); with a strict CSP as well it is plain, and works.
    const element = document.createElement("style");
    element.textContent = CSS;
    root.append(element);
  }
}

// `light-dark()` follows the page's own color-scheme; browsers that do not know it stay light.
const CSS = `
:host{
--accent:var(--pay-accent,#0a6847);--on:var(--pay-on-accent,#fff);--radius:var(--pay-radius,10px);
--ink:#16211c;--soft:#56635c;--line:#d5ddd8;--ground:#fff;--good:#0a6847;--bad:#b3261e;--warn:#8a5a00;
display:inline-block;box-sizing:border-box;width:22rem;max-width:100%;
font:400 1rem/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-family:var(--pay-font,inherit);text-align:start
}
@supports (color:light-dark(#000,#fff)){:host{
--accent:var(--pay-accent,light-dark(#0a6847,#5fd3a4));--on:var(--pay-on-accent,light-dark(#fff,#06281b));
--ink:light-dark(#16211c,#edf3f0);--soft:light-dark(#56635c,#a9b7b0);--line:light-dark(#d5ddd8,#3a4741);--ground:light-dark(#fff,#18201c);
--good:light-dark(#0a6847,#5fd3a4);--bad:light-dark(#b3261e,#ffb4ab);--warn:light-dark(#8a5a00,#f2c26b)
}}
:host([hidden]),[hidden]{display:none!important}
:host([theme=light]){color-scheme:light}
:host([theme=dark]){color-scheme:dark}
*{box-sizing:border-box}
button,a{font:inherit;min-height:44px;border-radius:var(--radius);cursor:pointer;touch-action:manipulation}
:focus-visible{outline:3px solid var(--ink);outline-offset:2px}
[part=button]{
display:flex;flex-wrap:wrap;align-items:center;justify-content:center;gap:0 .4em;width:100%;min-height:52px;padding:.5em 1em;
border:1px solid transparent;background:var(--accent);color:var(--on);font-weight:600;font-size:1.0625rem
}
[part=amount]{font-variant-numeric:tabular-nums;white-space:nowrap}
[part=amount]:empty{display:none}
[part=button]:hover{filter:brightness(1.08)}
[part=button]:active{filter:brightness(.94)}
[part=button]:disabled{opacity:.5;cursor:not-allowed;filter:none}
[aria-busy=true]{background:var(--ground);border-color:var(--line);color:var(--ink);font-weight:500}
[data-state] [part=status]::before{flex:none;content:"";width:18px;height:18px;border-radius:50%}
[part~=panel]{color:var(--ink);outline-offset:2px}
p{margin:0}
[data-state]:not([data-state=idle]){
display:flex;flex-direction:column;gap:.75rem;margin-top:.75rem;padding:1rem;border:1px solid var(--line);border-radius:calc(var(--radius) + 2px);background:var(--ground)
}
[part=button][hidden]+[data-state]{margin-top:0}
[part=status]{font-weight:600;display:flex;gap:.6em;align-items:flex-start;overflow-wrap:anywhere}
[part=status]:empty::before{display:none}
[data-state] [part=status]::before{margin-top:.15em;background:var(--soft) center/70% no-repeat}
[data-state=initiating] [part=status]::before,[data-state=opening] [part=status]::before,[data-state=waiting] [part=status]::before{
background:0 0;border:3px solid var(--accent);border-inline-end-color:transparent;animation:turn .9s linear infinite}
[data-state=success] [part=status]::before{background-color:var(--good);clip-path:path("M9 0A9 9 0 1 0 9 18 9 9 0 1 0 9 0M7.6 13.2 3.9 9.5 5.3 8.1 7.6 10.4 12.7 5.3 14.1 6.7Z")}
[data-state=failed],[data-state=error]{--mark:var(--bad)}
[data-state=expired],[data-state=cancelled]{--mark:var(--warn)}
[data-state=failed] [part=status]::before,[data-state=error] [part=status]::before,[data-state=expired] [part=status]::before,[data-state=cancelled] [part=status]::before{
background-color:var(--mark);clip-path:path("M9 0A9 9 0 1 0 9 18 9 9 0 1 0 9 0M8 4H10V10H8ZM8 12H10V14H8Z")}
[part=hints]{color:var(--soft);white-space:pre-line;overflow-wrap:anywhere}
[part=link]{display:flex;align-items:center;justify-content:center;text-align:center;padding:.5em 1em;background:var(--accent);color:var(--on);font-weight:600;text-decoration:none;overflow-wrap:anywhere}
[part=actions]{display:flex;flex-wrap:wrap;gap:.5rem}
[part=actions] button{flex:1 1 auto;padding:.4em 1em;border:1px solid var(--line);background:0;color:inherit;font-weight:500}
[part=actions] button:hover{border-color:currentcolor}
[part=actions] [part=cancel]{color:var(--soft)}
[part=detail]{font-size:.8125rem;color:var(--soft);overflow-wrap:anywhere}
[part=badge]{align-self:flex-start;padding:.1em .6em;border:1px dashed var(--warn);border-radius:99px;color:var(--warn);font-size:.8125rem;font-weight:600}
@keyframes turn{to{transform:rotate(1turn)}}
@media (prefers-reduced-motion:reduce){*,*::before{animation-duration:6s!important}}
@media (forced-colors:active){[part=button],[part=link]{border:1px solid}[part=status]::before{forced-color-adjust:none}}
`;
