/** Colours by the sort of a card, in light and in dark. */
const tones: readonly { readonly kinds: readonly string[]; readonly light: string; readonly dark: string }[] = [
  { kinds: ['send', 'cascade'], light: '#2457c5', dark: '#7aa5ff' },
  { kinds: ['wait', 'waitFor'], light: '#9a6200', dark: '#e8b04b' },
  { kinds: ['branch', 'experiment', 'repeat'], light: '#7439b8', dark: '#c09bf2' },
  { kinds: ['entry', 'goal', 'done'], light: '#177245', dark: '#5fc992' },
  { kinds: ['exit', 'end'], light: '#b3352c', dark: '#f28b82' },
];
const otherTone = { light: '#0e6f7c', dark: '#57c4d1' };

const toneRules = (shade: 'light' | 'dark'): string =>
  [
    `.kind{fill:${otherTone[shade]}}.bar{fill:${otherTone[shade]}}`,
    ...tones.flatMap(({ kinds, ...tone }) => {
      const of = (part: string): string => kinds.map((kind) => `.k-${kind} .${part}`).join(',');
      return [`${of('kind')},${of('bar')}{fill:${tone[shade]}}`];
    }),
  ].join('');

const light = [
  '.paper{fill:#f6f7f9}.card{fill:#fff;stroke:#d3d8e0}.tag{fill:#f6f7f9;stroke:#c3cad5}',
  '.way{stroke:#8a94a6}.head{fill:#8a94a6}.says,.title{fill:#1b2130}.small{fill:#596275}',
  toneRules('light'),
].join('');
const dark = [
  '.paper{fill:#10141b}.card{fill:#1a202b;stroke:#333d4d}.tag{fill:#10141b;stroke:#3d4859}',
  '.way{stroke:#6f7b8f}.head{fill:#6f7b8f}.says,.title{fill:#e8ecf3}.small{fill:#a5afc0}',
  toneRules('dark'),
].join('');

/** The style sheet of a drawn journey. No variables, so that simple viewers show it too. */
export const styleSheet = [
  'text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif}',
  '.says{font-size:13px}.small,.kind{font-size:11.5px}.kind{font-weight:600}.title{font-size:18px;font-weight:600}',
  '.way{fill:none;stroke-width:1.5}.card,.tag{stroke-width:1}',
  light,
  `@media (prefers-color-scheme:dark){${dark}}`,
].join('\n');
