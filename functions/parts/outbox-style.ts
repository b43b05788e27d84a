/** The style sheet of the outbox pages; light and dark, no fonts or images from elsewhere. */
export const outboxStyle = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #56616f; --line: #d9dee5; --page: #f3f5f8; --card: #fff;
  --link: #0b57c2; --bubble: #e6e9ef; --good: #0f6b3c; --bad: #a81e1e; --wait: #7a4a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf2; --soft: #a7b1be; --line: #333c48; --page: #12171d;
  --card: #1b222b; --link: #8ab8ff; --bubble: #2c3540; --good: #6fd09b; --bad: #ff9a92; --wait: #f0c070; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .25rem 0 1rem; overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible, label:focus-within, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.scroll { overflow-x: auto; }
.soft { color: var(--soft); }
.empty { padding: 2rem; text-align: center; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: .625rem .875rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-size: .8125rem; color: var(--soft); font-weight: 600; white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
td time { white-space: nowrap; }
.status { font-weight: 600; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .wait { color: var(--wait); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; padding: 1rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
dl + .card, .card + .card { margin-top: 1rem; }
.tabs { border-top: 1px solid var(--line); }
.tabs > fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
.tabs legend { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.tabs label { display: inline-block; padding: .625rem 1rem; cursor: pointer; color: var(--soft); }
.tabs label:has(:checked) { color: var(--ink); font-weight: 600; box-shadow: inset 0 -3px var(--link); }
.tabs input { accent-color: var(--link); margin: 0 .375rem 0 0; }
.panel { display: none; border-top: 1px solid var(--line); }
.tabs fieldset:has(#tab-0:checked) .panel-0, .tabs fieldset:has(#tab-1:checked) .panel-1,
.tabs fieldset:has(#tab-2:checked) .panel-2 { display: block; }
iframe { display: block; width: 100%; height: 70vh; min-height: 24rem; border: 0; background: #fff; color-scheme: light; resize: vertical; }
pre { margin: 0; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; font: .9375rem/1.5 ui-monospace, monospace; }
.phone { max-width: 24rem; margin: 1.5rem auto; padding: 1rem; border: 1px solid var(--line); border-radius: 28px; background: var(--card); }
.phone > p:first-child { text-align: center; margin: 0 0 1rem; font-weight: 600; }
.bubble { background: var(--bubble); border-radius: 18px 18px 18px 4px; padding: .625rem .875rem; margin: 0 2rem .5rem 0;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.notice { max-width: 26rem; margin: 1.5rem auto; padding: 1rem 1.125rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 18px; box-shadow: 0 6px 24px rgb(0 0 0 / .12); overflow-wrap: anywhere; }
.notice p { margin: 0 0 .25rem; } .notice .app { font-size: .8125rem; color: var(--soft); }
.notice .title { font-weight: 600; } .notice .body { white-space: pre-wrap; }
.method { font-weight: 700; }
`;
