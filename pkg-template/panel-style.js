// How all looks that is not there at first: the sheet after the one of style.js.
//
// While something is going on, button and panel are one card: the button its quiet title, so that nothing asks to be
// pressed but what helps. Where a payment may have arrived, paying again is the quiet way, and checking the loud one.

export const CSS = `
:host{
--s:#56635c;--l:#d5ddd8;--g:#fff;--bad:#b3261e;--warn:#855600;
--soft:var(--pay-soft,var(--s));--line:var(--pay-line,var(--l));--ground:var(--pay-ground,var(--g));--card:min(var(--radius),1rem)
}
@supports (color:light-dark(#000,#fff)){:host{
--s:light-dark(#56635c,#a9b7b0);--l:light-dark(#d5ddd8,#3a4741);--g:light-dark(#fff,#18201c);
--bad:light-dark(#b3261e,#ffb4ab);--warn:light-dark(#855600,#f2c26b)
}}
[part=button]:is([aria-busy=true],[data-state=expired],[data-state=cancelled]){background:var(--ground);border-color:var(--line);color:var(--ink)}
[aria-busy=true]{justify-content:space-between;border-radius:var(--card) var(--card) 0 0}
[part~=panel]{display:flex;flex-direction:column;gap:.75rem;padding:1rem;border:1px solid var(--line);border-radius:var(--card);background:var(--ground);color:var(--ink)}
[aria-busy=true]:not([hidden])+[part~=panel]{margin-top:-1px;border-radius:0 0 var(--card) var(--card)}
[hidden]:first-child+[part~=panel]{margin-top:0}
[part=status]{display:flex;gap:.6em;align-items:flex-start}
[part=status]::before{flex:none;content:"";width:20px;height:20px;margin-top:2px;border-radius:50%;background:var(--mark,var(--soft))}
[part=status]:empty::before,[data-state=seen] [part=status]::before{display:none}
[aria-busy=true]+* [part=status]::before{background:0 0;border:3px solid var(--accent);border-inline-end-color:transparent;animation:turn 1s linear infinite}
[part~=outcome] [part=status]::before{clip-path:path("M10 0A10 10 0 1 0 10 20 10 10 0 1 0 10 0M9 5H11V11H9ZM9 13H11V15H9Z")}
[part=link],[data-state=expired] [part=check]{border-color:transparent;background:var(--accent);color:var(--on);font-weight:600}
:is([part=button],[part=link],[part=actions] button):hover{filter:brightness(1.08)}
:is(button,a):active{filter:brightness(.94)}
[part=button]:disabled{filter:none}
[part=badge]{align-self:flex-start;padding:.05em .6em;border-radius:4px;background:var(--warn);color:var(--ground);font-size:.8125rem;font-weight:600}
[part=steps]{display:flex;flex-wrap:wrap;gap:.25rem .375rem;list-style:none;font-size:.75rem;color:var(--soft)}
li{flex:1 1 auto;padding-top:.125rem;border-top:3px solid var(--accent)}
[aria-current]~li{border-color:var(--line)}
[aria-current]{color:var(--ink);font-weight:600}
[data-state=success]{--mark:var(--accent)}
[data-state=failed],[data-state=error]{--mark:var(--bad)}
[data-state=expired],[data-state=cancelled]{--mark:var(--warn)}
[data-state=success] [part=status]::before{clip-path:path("M10 0A10 10 0 1 0 10 20 10 10 0 1 0 10 0M8.5 14.5 4.5 10.5 6 9 8.5 11.5 14 6 15.5 7.5Z");animation:grow .3s ease-out}
[part=hints],[part=facts]{color:var(--soft)}
[part=facts]{white-space:pre-line}
[part=facts],[part=detail]{font-size:.8125rem;color:var(--soft)}
[part=detail]{unicode-bidi:plaintext}
[part=link]{display:flex;align-items:center;justify-content:center;text-align:center;text-decoration:none}
[part=actions]{display:flex;flex-wrap:wrap;gap:.5rem}
[part=actions] button{flex:1 1 auto;padding-inline:.75em}
[part=cancel]{border-color:transparent;color:var(--soft)}
@keyframes turn{to{transform:rotate(1turn)}}
@keyframes grow{from{transform:scale(.5);opacity:0}}
@media (prefers-reduced-motion:reduce){*,::before{animation-duration:6s!important}[data-state=success] ::before{animation:none!important}}
@media (forced-colors:active){[part=link]{border-color:ButtonBorder!important}::before{forced-color-adjust:none;--mark:CanvasText;--accent:Highlight;--warn:CanvasText;--bad:CanvasText}[part=badge]{border:1px solid}[aria-current]~li{border-top-style:dotted}}
`;
