import type { Thing } from './look-lines.ts';

const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const percent = (share: unknown): string => `${(100 * number(share)).toFixed(1)} %`;
const moment = (value: unknown): string => String(value).replace(/\.\d+Z$/, 'Z');

/** An experiment of a journey: what was decided of it, and what each of its variants has brought. */
export function experimentLines(one: Thing): readonly string[] {
  const winner = one['winner'] as Thing | undefined;
  const decided = winner
    ? `"${String(winner['variant'])}" has won since ${moment(winner['at'])}: ${String(winner['because'])}`
    : one['verdict'] === undefined
      ? 'no winner is asked for.'
      : `no winner yet: ${String(one['because'])}`;
  const variants = one['variants'] as readonly Thing[];
  const width = Math.max(...variants.map((variant) => String(variant['id']).length)) + 2;
  return [
    `${String(one['experiment'])}, by ${String(one['by'])}: ${decided}`,
    ...variants.map((variant) => `  ${variantLine(variant, String(one['by']), width)}`),
  ];
}

function variantLine(variant: Thing, by: string, width: number): string {
  const { id, percentNow, exposed, goals, value, clicks, unsubscribes, complaints } = variant;
  const stopped = variant['stopped'] as Thing | undefined;
  return [
    `${String(id).padEnd(width)}${`${number(percentNow).toFixed(0)} %`.padStart(5)}`,
    `${number(exposed)} people`,
    `goal ${number(goals)}`,
    `value ${number(value).toFixed(2)}`,
    `clicked ${number(clicks)}`,
    `unsubscribed ${number(unsubscribes)}`,
    `complained ${number(complaints)}`,
    ...(variant['probabilityBest'] === undefined
      ? []
      : [estimate(variant, by), `best with ${percent(variant['probabilityBest'])}`]),
    ...(stopped ? [`STOPPED ${moment(stopped['at'])}: ${String(stopped['because'])}`] : []),
  ].join(' · ');
}

function estimate({ estimate: mean, from, to }: Thing, by: string): string {
  if (by !== 'value') return `${percent(mean)} (${percent(from)} to ${percent(to)})`;
  const [middle, least, most] = [mean, from, to].map((amount) => number(amount).toFixed(2));
  return `${middle} a person (${least} to ${most})`;
}
