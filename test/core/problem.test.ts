import { describe, expect, it } from 'vitest';
import { readJson } from '../../core/journey/locate.ts';
import { locate, renderProblem, type Finding, type Path } from '../../core/problem.ts';

const finding = (path: Path, parts: Partial<Finding> = {}): Finding => ({
  code: 'wrong-type',
  severity: 'error',
  path,
  message: 'This is wrong.',
  ...parts,
});
const printed = (text: string, ...findings: readonly Finding[]): readonly string[] =>
  locate(findings, readJson('a.json', text)).map(renderProblem);

describe('a located problem', () => {
  it('shows the line as written, marks the value, and ends with the guess', () => {
    const [problem] = printed('{\n  "send": "mial"\n}', finding(['send'], { suggestion: 'Did you mean "mail"?' }));
    expect(problem).toBe(
      [
        'a.json:2:11  wrong-type',
        '  2 |   "send": "mial"',
        '    |           ^^^^^^',
        '  This is wrong.',
        '  Did you mean "mail"?',
      ].join('\n'),
    );
  });

  it('marks the key when the key is meant', () => {
    const [problem] = printed('{ "sned": 1 }', finding(['sned'], { at: 'key' }));
    expect(problem).toContain('\n    |   ^^^^^^\n');
  });

  it('is only named when it goes on over several lines', () => {
    expect(printed('{\n  "a": [\n  1 ]\n}', finding(['a']))).toEqual(['a.json:2:8  wrong-type\n  This is wrong.']);
  });

  it('points at the nearest thing around a part that is not there', () => {
    expect(printed('{ "a": { "b": 1 } }', finding(['a', 'c', 0]))[0]).toMatch(/^a\.json:1:8 /);
  });

  it('comes in the order of the file, and once', () => {
    const findings = [finding(['b']), finding(['a']), finding(['b'])];
    expect(
      locate(findings, readJson('a.json', '{ "a": 1,\n"b": 2 }')).map(({ line, column }) => [line, column]),
    ).toEqual([
      [1, 8],
      [2, 6],
    ]);
  });

  it('counts lines that end as on Windows', () => {
    const [problem] = locate([finding(['b'])], readJson('a.json', '{ "a": 1,\r\n  "b": 2\r\n}'));
    expect(problem).toMatchObject({ line: 2, column: 8, length: 1, text: '  "b": 2' });
  });

  it('stands below its text after tabs', () => {
    expect(printed('{\n\t"b": 2\n}', finding(['b']))[0]).toContain('\n    | \t     ^\n');
  });

  it('shows a part of a line that is very long', () => {
    const long = JSON.stringify({ a: 'x'.repeat(5_000), b: 2, c: 'y'.repeat(5_000) });
    const [, line = '', carets = ''] = printed(long, finding(['b']))[0]!.split('\n');
    expect(line.length).toBeLessThan(200);
    expect(line[carets.indexOf('^')]).toBe('2');
  });
});

describe('a text that is no JSON', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['', '1:1', 'The file is empty.'],
    ['{ "a": 1', '1:8', 'A closing } is missing.'],
    ['{ "a": 1 "b": 2 }', '1:10', 'A comma is missing before this.'],
    ['{ "a": 1, }', '1:11', 'The comma before this is one too many.'],
    ["{ 'a': 1 }", '1:3', 'double quotes'],
    ['{ "a": 1 } {}', '1:12', 'what follows is too much'],
    ['{ "a": 1 // why\n}', '1:10', 'JSON has no comments'],
    ['{ "a": "b }', '1:8', 'no closing double quote'],
    ['{ "a": 1, "b": 2, "a": 3 }', '1:19', 'a second time'],
  ];
  it.each(cases)('says where and what: %s', (text, place, message) => {
    const [problem] = readJson('a.json', text).problems;
    expect(`${problem?.line}:${problem?.column}`).toBe(place);
    expect(problem?.message).toContain(message);
    expect(problem?.code).toBe('invalid-json');
  });

  it('has all its commas and comments told, and is read without them', () => {
    const text = '{ // why\n  "a": [1 2, ],\n  "b": /* so */ 3,\n}';
    const { problems, value, spanOf } = readJson('a.json', text);
    expect(
      problems.map(({ line, column, message }) => `${line}:${column} ${message.split(' ').slice(0, 2).join(' ')}`),
    ).toEqual(['1:3 JSON has', '2:11 A comma', '2:14 The comma', '3:8 JSON has', '4:1 The comma']);
    expect(value).toEqual({ a: [1, 2], b: 3 });
    expect(spanOf(['b'], 'value').offset).toBe(text.indexOf('3'));
  });

  it('is read up to what leaves the rest in doubt, and says so', () => {
    const { problems, value } = readJson('a.json', '{ "a": 1 "b": 2, "c: 3, }');
    expect(problems.map(({ column }) => column)).toEqual([10, 18]);
    expect(problems[1]?.message).toContain('The rest of the file is checked once this is mended.');
    expect(value).toBeUndefined();
  });

  it('may begin with a byte order mark', () => {
    expect(readJson('a.json', '\uFEFF{ "a": 1 }')).toMatchObject({ problems: [], value: { a: 1 } });
  });

  it('is refused, not followed, when it is nested without end', () => {
    expect(readJson('a.json', '['.repeat(200_000)).problems.map(({ code }) => code)).toEqual(['too-deep']);
  });
});
