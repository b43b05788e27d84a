import type { Diagram, DiagramNode } from './diagram.ts';

/**
 * A text as Mermaid takes it between quotes. Everything that could mean something to it, to Markdown or to HTML is
 * written as the number of its character, which Mermaid reads as `#34;`.
 */
const escaped = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[^\p{L}\p{N} .,:%-]/gu, (char) => `#${char.codePointAt(0)};`);

/** Ids of Mermaid's own, since a word such as `end` in one would break it. */
const idOf = (index: number): string => `n${index}`;

const pairs: Readonly<Record<string, readonly [string, string]>> = {
  entry: ['([', '])'],
  done: ['([', '])'],
  end: ['([', '])'],
  branch: ['{{', '}}'],
  experiment: ['{{', '}}'],
  wait: ['(', ')'],
  waitFor: ['(', ')'],
};

function nodeText({ kind, stepId, says, name }: DiagramNode): string {
  const [open, close] = pairs[kind] ?? ['[', ']'];
  const said = [...(stepId === undefined ? [] : [stepId]), says, ...(name === undefined ? [] : [name])];
  return `${open}"${said.map(escaped).join('<br>')}"${close}`;
}

/** A diagram as a Mermaid flowchart. */
export function toMermaid({ nodes, edges }: Diagram): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, idOf(index)]));
  const notes = nodes.filter(({ kind }) => ['goal', 'exit', 'holdout'].includes(kind));
  const lines = [
    'flowchart TD',
    ...nodes.map((node) => `  ${ids.get(node.id)}${nodeText(node)}`),
    ...notes.map(({ id }) => `  ${ids.get('entry')} -.- ${ids.get(id)}`),
    ...edges.map(({ from, to, label }) => {
      const words = label === undefined ? '' : `|"${escaped(label.text)}"|`;
      return `  ${ids.get(from)} -->${words} ${ids.get(to)}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}
