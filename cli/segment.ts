import { Command } from 'commander';
import { readWorkflows } from '../functions/parts/read-workflows.ts';
import { mostSampled, type Previewed, type PreviewPlace } from '../functions/preview-segment/preview-segment.ts';
import { AnswerRefused, type Connection } from './connection.ts';
import { needWorkflows } from './folders.ts';
import { ask, items, looking, type LookOptions } from './look.ts';
import { rows, type Thing } from './look-lines.ts';
import { createProgress } from './progress.ts';
import { renderProblem } from '../core/problem.ts';
import { giveUp } from './settings.ts';
import { counted } from './words.ts';

/** `sojourn segment`: who is in a segment, or would be. */
export const segmentCommand = (): Command =>
  looking(
    new Command('segment')
      .description('how many people are in a segment, who, and in which others; with --preview before it is published')
      .argument('<id>', 'id of the segment')
      .option('--preview', 'as the workflows folder says it now, asked of everybody; nothing is changed'),
  ).action((id: string, options: LookOptions & { readonly preview?: boolean }) =>
    ask(options, async (home) => {
      const segments = await items(home, '/api/segments');
      if (options.preview !== true) return standing(home, id, segments, options);
      needWorkflows(options.workflows);
      const found = await previewed(home, id, options.workflows);
      return options.json ? JSON.stringify(found, null, 2) : previewLines(id, found, segments).join('\n');
    }),
  );

async function standing(
  home: Connection,
  id: string,
  segments: readonly Thing[],
  options: LookOptions,
): Promise<string> {
  const segment = segments.find((one) => one['id'] === id);
  const members = await items(home, `/api/segments/${encodeURIComponent(id)}/members?limit=${mostSampled}`);
  if (options.json) return JSON.stringify({ ...segment, sample: members }, null, 2);
  const isFilling = segment?.['isFilling'] === true ? ', and it is still being filled' : '';
  return [
    `${id}: ${counted(Number(segment?.['members'] ?? 0), 'person', 'people')}${isFilling}.`,
    'Latest',
    ...rows(members.map(({ profileId, since }) => `${String(profileId)}  since ${String(since)}`)),
  ].join('\n');
}

/** Asks everybody, request by request. */
async function previewed(home: Connection, id: string, workflows: string): Promise<Previewed> {
  const files = readWorkflows(workflows);
  const progress = createProgress(`preview of ${id}`, undefined);
  let sum: Previewed = { people: 0, members: 0, entering: 0, leaving: 0, sample: [], overlap: {} };
  for (let from: PreviewPlace | undefined = { part: 0 }; from;) {
    const path = `/api/segments/${encodeURIComponent(id)}/preview`;
    const some = (await home.post(path, JSON.stringify({ files, from })).catch(tellProblems)) as Previewed;
    sum = added(sum, some);
    progress.update(sum.people, counted(sum.people, 'person', 'people'));
    from = some.next;
  }
  return sum;
}
function tellProblems(error: unknown): never {
  if (!(error instanceof AnswerRefused) || error.problems.length === 0) throw error;
  return giveUp([error.message, ...error.problems.map(renderProblem)].join('\n'));
}

function added(left: Previewed, right: Previewed): Previewed {
  const overlap = { ...left.overlap };
  for (const [id, count] of Object.entries(right.overlap)) overlap[id] = (overlap[id] ?? 0) + count;
  return {
    people: left.people + right.people,
    members: left.members + right.members,
    entering: left.entering + right.entering,
    leaving: left.leaving + right.leaving,
    sample: [...left.sample, ...right.sample].slice(0, mostSampled),
    overlap,
  };
}

const share = (part: number, of: number): string => (of === 0 ? '–' : `${Math.round((100 * part) / of)} %`);

/** A preview in words: how large, what changes, who, and in which other segments. */
export function previewLines(id: string, found: Previewed, segments: readonly Thing[]): readonly string[] {
  const { people, members, entering, leaving, sample, overlap } = found;
  const isPublished = segments.some((one) => one['id'] === id);
  const others = Object.entries(overlap)
    .toSorted(([, a], [, b]) => b - a)
    .map(([other, both]) => {
      const size = Number(segments.find((one) => one['id'] === other)?.['members'] ?? 0);
      return `${other.padEnd(20)} ${both}: ${share(both, members)} of these, ${share(both, size)} of those`;
    });
  return [
    `${id} would have ${counted(members, 'person', 'people')} of ${people.toLocaleString('en-GB')} (${share(members, people)}).`,
    isPublished
      ? `Published now it has ${members - entering + leaving}: ${entering} would come in, ${leaving} would go out.`
      : 'It is not published yet.',
    'Overlap with published segments',
    ...rows(others),
    'Some of them',
    ...rows(sample.map(({ profileId, userId }) => `${profileId}${userId === undefined ? '' : `  ${userId}`}`)),
  ];
}
