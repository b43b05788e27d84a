/** A number with its noun: `1 person`, `1,204 people`, `no warnings`. */
export const counted = (count: number, one: string, many: string = `${one}s`): string =>
  `${count === 0 ? 'no' : count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
