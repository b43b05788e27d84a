import { Command } from 'commander';
import { readWorkflows } from '../functions/parts/read-workflows.ts';
import { mostSampled, type Previewed, type PreviewPlace } from '../functions/preview-segment/preview-segment.ts';
import { AnswerRefused, type Connection } from './connection.ts';
import { needWorkflows } from './folders.ts';
import { ask, items, looking, type LookOptions } from './look.ts';
import { rows, type Thing } from './look-lines.ts';
import { createProgress } from './progress.ts';
import { renderProblem } from '../core/problem.ts';
import { asking, print } from './publishing.ts';
import { giveUp } from './settings.ts';
import { counted } from './words.ts';

/** `sojourn segment`: who is in a segment, or would be. */
export const segmentCommand = (): Command =>
  looking(
    new Command('segment')
      .description('how many people are in a segment, who, and in which others; with --preview before it is published')
      .argument('<id>', 'id of the segment')
      .option('--preview', 'as the workflows folder says it now, asked of everybody; nothing is changed'),
  ).action(run);

type SegmentOptions = LookOptions & { readonly preview?: boolean };

async function run(id: string, options: SegmentOptions): Promise<void> {
  if (options.preview !== true)
    return ask(options, async (home) => standing(home, id, await items(home, '/api/segments'), options));
  needWorkflows(options.workflows);
  return asking(options, false, async (home) => {
    const found = await previewed(home, id, options.workflows);
    print(options.json ? JSON.stringify(found, null, 2) : previewLines(id, found).join('\n'));
  });
}

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
  const none = { people: 0, members: 0, entering: 0, leaving: 0 };
  let sum: Previewed = { ...none, sample: [], overlap: {}, sizes: {}, isPublished: false };
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
  return {
    people: left.people + right.people,
    members: left.members + right.members,
    entering: left.entering + right.entering,
    leaving: left.leaving + right.leaving,
    sample: [...left.sample, ...right.sample].slice(0, mostSampled),
    overlap: addedCounts(left.overlap, right.overlap),
    sizes: addedCounts(left.sizes, right.sizes),
    isPublished: right.isPublished,
    ...(right.waits && { waits: right.waits }),
  };
}
function addedCounts(left: Previewed['sizes'], right: Previewed['sizes']): Previewed['sizes'] {
  const sum = { ...left };
  for (const [id, count] of Object.entries(right)) sum[id] = (sum[id] ?? 0) + count;
  return sum;
}

const share = (part: number, of: number): string => (of === 0 ? '–' : `${Math.round((100 * part) / of)} %`);

/** A preview in words: how large, what changes, who, and in which other segments. */
export function previewLines(id: string, found: Previewed): readonly string[] {
  const { people, members, entering, leaving, sample, overlap, sizes, isPublished, waits = [] } = found;
  const others = Object.entries(overlap)
    .toSorted(([, a], [, b]) => b - a)
    .map(
      ([other, both]) =>
        `${other.padEnd(20)} ${both}: ${share(both, members)} of these, ${share(both, sizes[other] ?? 0)} of those`,
    );
  return [
    ...waits.map(
      (trait) =>
        `The rank "${trait}" is counted only after publication, so nobody has it here: the number is not known yet.`,
    ),
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
