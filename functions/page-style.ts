import { createHash } from 'node:crypto';

/** The health page's style sheet. */
export const style = `
:root { color-scheme: light dark; --ground: #f4f6f8; --card: #ffffff; --text: #1b2127; --soft: #56616c; --edge: #d5dbe1;
  --good: #11652c; --goodGround: #dcf3e3; --bad: #a51d16; --badGround: #fde3e0; --warn: #7a4d00; --warnGround: #fdf0d0; --line: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --ground: #0f1418; --card: #181f26; --text: #e7edf2; --soft: #a3b0bc; --edge: #2f3a44;
  --good: #6ddb94; --goodGround: #12301d; --bad: #ff9d94; --badGround: #411815; --warn: #f3c562; --warnGround: #36290c; --line: #74b9ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; margin-bottom: 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 0; } h3 { font-size: .95rem; margin: 1.25rem 0 .25rem; color: var(--soft); font-weight: 600; }
section { background: var(--card); border: 1px solid var(--edge); border-radius: .6rem; padding: 1rem 1.25rem 1.25rem; margin-top: 1rem; }
.heading { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; }
.pill { border-radius: 1rem; padding: .05rem .65rem; font-weight: 600; font-size: .85rem; white-space: nowrap; }
.good { color: var(--good); background: var(--goodGround); } .bad { color: var(--bad); background: var(--badGround); } .warn { color: var(--warn); background: var(--warnGround); }
.soft { color: var(--soft); } code { font: .9em ui-monospace, monospace; }
ul { list-style: none; margin: 0; padding: 0; } li { border-top: 1px solid var(--edge); padding: .4rem 0; } li:first-child { border-top: 0; }
.told { border-radius: .6rem; padding: .75rem 1rem; margin-top: 1rem; } .told li { border: 0; padding: .1rem 0; } .told h2 { font-size: 1rem; }
.row { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .15rem 1rem; align-items: center; }
.probe { grid-template-columns: minmax(0, 13rem) 8rem minmax(0, 1fr); }
.small { font-size: .8rem; } .sparkline { display: block; width: 100%; height: 44px; } .sparkline .line { fill: none; stroke: var(--line); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.sparkline .axis { stroke: var(--edge); stroke-width: 1; vector-effect: non-scaling-stroke; } .sparkline .mark { fill: var(--bad); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1rem; margin: 0; } dt { color: var(--soft); } dd { margin: 0; }
@media (max-width: 40rem) { .probe { grid-template-columns: minmax(0, 1fr) auto; } .probe .course { grid-column: 1 / -1; } dl { column-gap: .75rem; } }
`;

/** Nothing from elsewhere, no script, this style alone; and nobody shows the page as part of theirs. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
