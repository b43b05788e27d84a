import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journey } from '../../../../core/journey/document.ts';
import { layOut } from '../../../../core/journey/draw/layout.ts';
import { toMermaid } from '../../../../core/journey/draw/mermaid.ts';
import { toSvg } from '../../../../core/journey/draw/svg.ts';
import { aJourney } from '../../../builders.ts';
import { runs } from '../../../properties.ts';

const journey = aJourney({
  steps: [
    { id: 'hello', send: { email: 'hello' } },
    {
      id: 'answer',
      name: 'Do they come?',
      waitFor: { event: 'Shop Visited' },
      within: 'P2D',
      then: [{ end: true }],
      otherwise: [],
    },
  ],
});

describe('a journey as Mermaid', () => {
  it('is a flowchart with the words of the steps and of the ways', () => {
    expect(toMermaid(layOut(journey))).toBe(`flowchart TD
  n0(["Enters on Cart Filled#59; again and again."])
  n1["hello<br>Send email #34;hello#34;."]
  n2("answer<br>Wait for Shop Visited, at most 2 days.<br>Do they come#63;")
  n3(["End."])
  n4(["Completed."])
  n0 --> n1
  n1 --> n2
  n2 -->|"Shop Visited"| n3
  n2 -->|"not within 2 days"| n4
`);
  });

  it('takes no name for a part of the language', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const lines = toMermaid(layOut(named(name)))
          .trimEnd()
          .split('\n');
        const text = String.raw`"(?:[\p{L}\p{N} .,:%-]|#\d+;|<br>)*"`;
        const line = new RegExp(
          String.raw`^  n\d+(?:\[${text}\]|\(${text}\)|\(\[${text}\]\)|\{\{${text}\}\}| -->(?:\|${text}\|)? n\d+)$`,
          'u',
        );
        expect(lines.slice(1).filter((one) => !line.test(one))).toEqual([]);
      }),
      runs(1_000),
    );
  });
});

/** Names with all that means something in Mermaid, HTML, Markdown, XML or CSS. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        "'",
        '<',
        '>',
        '&',
        '#',
        ';',
        '`',
        '**',
        '--> n1',
        ']',
        ')',
        '}',
        '|',
        '\\',
        'end',
        '%%',
        '\n',
        '\u0000',
        '\ud800',
        ']]>',
        '-->',
        '</svg>',
        '<script>',
        '{% x %}',
        '京',
        '🎁',
      ),
      fc.string(),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

const named = (name: string): Journey => {
  const steps: Journey['steps'] = [
    { name, emit: { event: name } },
    { branch: [{ when: { did: name, where: { [name]: name } }, steps: [{ send: { webhook: name } }] }] },
    { experiment: 'x', variants: [{ id: name, percent: 100, steps: [] }] },
  ];
  return aJourney({ name, steps });
};

describe('a journey as SVG', () => {
  it('has a title, a description of every card, and its words as text', () => {
    const svg = toSvg(layOut(journey));
    expect(svg).toContain('<title id="title">Cart</title>');
    expect(svg).toContain(
      'hello: Send email &quot;hello&quot;. answer: Wait for Shop Visited, at most 2 days. End. Completed.</desc>',
    );
    expect(svg).toContain('class="says">Wait for Shop Visited, at most</text>');
    expect(svg).toContain('prefers-color-scheme:dark');
  });

  it('is well-formed whatever its names are', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const svg = toSvg(layOut(named(name)));
        const isWritten = /^(?:[\t\n\r\u0020-\ud7ff\ue000-\ufffd]|[\u{10000}-\u{10ffff}])*$/u;
        expect(svg).toMatch(isWritten);
        expect(openTags(svg)).toEqual([]);
      }),
      runs(1_000),
    );
  });
});

/** Reads XML strictly. @returns the elements that were not closed; throws where the text is not well-formed */
function openTags(xml: string): readonly string[] {
  const open: string[] = [];
  let rest = xml;
  const tag = /^<(\/?)([a-zA-Z]+)((?: [a-zA-Z-]+="(?:[^<&"]|&(?:amp|lt|gt|quot|#39);)*")*)\/?>/;
  while (rest !== '') {
    const text = /^(?:[^<&]|&(?:amp|lt|gt|quot|#39);)+/.exec(rest)?.[0] ?? '';
    rest = rest.slice(text.length);
    if (rest === '') break;
    const [whole = '', slash, name = ''] = tag.exec(rest) ?? [];
    if (whole === '') throw new Error(`Not XML: ${rest.slice(0, 80)}`);
    if (slash === '/') expect(open.pop()).toBe(name);
    else if (!whole.endsWith('/>')) open.push(name);
    rest = rest.slice(whole.length);
  }
  return open;
}
