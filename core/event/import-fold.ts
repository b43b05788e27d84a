import type { Json, JsonObject } from '../json.ts';
import { passes, createLineReader, type ImportRecord, type Line, type LineFault } from './import-line.ts';
import type { ImportMap, MessageTemplate } from './import-schema.ts';
import { evaluate, UncountableSum } from './import-value.ts';

/** A message to hand to the intake, and the lines that it was made of. */
export interface ImportedMessage {
  readonly kind: 'message';
  /** In the Segment shape. */
  readonly message: JsonObject;
  readonly firstLine: number;
  readonly lastLine: number;
}
/** Lines that become no message: what belongs into the error file. */
export interface ImportProblem {
  readonly kind: 'problem';
  readonly code:
    | LineFault['code']
    | 'identity_missing'
    | 'message_id_missing'
    | 'group_mixed'
    | 'group_reopened'
    | 'number_too_large';
  /** A sentence for the person who prepares the file. */
  readonly message: string;
  readonly lineNumbers: readonly number[];
  /** The lines as read, so that they can be put right and imported again. */
  readonly records: readonly ImportRecord[];
}
export type ImportOutcome = ImportedMessage | ImportProblem;

/** Folds lines into messages; holds `keepOpen` + 1 groups at most. */
export interface Folder {
  /** Takes the next line; answers with what is now complete, in the order in which the groups began. */
  fold(record: ImportRecord, lineNumber: number): readonly ImportOutcome[];
  /** Completes what is open: the file has ended. */
  end(): readonly ImportOutcome[];
  /** The line from which an import that stops now has to read on; undefined when nothing is open. */
  resumeLine(): number | undefined;
}

interface Group {
  readonly key: string;
  readonly lines: Line[];
  readonly lineNumbers: number[];
  readonly records: ImportRecord[];
  fault?: Pick<ImportProblem, 'code' | 'message'>;
}

// A group that comes back after this many others is taken for a new one; the intake then knows its messageId.
const rememberedKeys = 100_000;

/** Makes a folder for one pass over one file or several files in a row. */
export function createFolder(map: ImportMap): Folder {
  const readLine = createLineReader(map);
  const open = new Map<string, Group>();
  const closedKeys = new Set<string>();

  const close = (group: Group): readonly ImportOutcome[] => {
    open.delete(group.key);
    if (map.groupBy !== undefined) closedKeys.add(group.key);
    if (closedKeys.size > rememberedKeys) for (const oldest of closedKeys.keys().take(1)) closedKeys.delete(oldest);
    return finish(map, group);
  };

  return {
    fold(record, lineNumber) {
      const key = (map.groupBy === undefined ? '' : (record[map.groupBy]?.trim() ?? '')) || `line ${lineNumber}`;
      const outcomes: ImportOutcome[] = [];
      let group = open.get(key);
      if (!group) {
        for (const oldest of open.values()) {
          if (open.size <= map.keepOpen) break;
          outcomes.push(...close(oldest));
        }
        group = { key, lines: [], lineNumbers: [], records: [] };
        open.set(key, group);
        if (closedKeys.has(key)) group.fault = reopened(map, key, lineNumber);
      }
      addLine(map, group, record, lineNumber, readLine(record, lineNumber));
      return outcomes;
    },
    end: () => [...open.values()].flatMap(close),
    resumeLine: () => open.values().next().value?.lineNumbers[0],
  };
}

function addLine(map: ImportMap, group: Group, record: ImportRecord, lineNumber: number, line: Line | LineFault): void {
  group.lineNumbers.push(lineNumber);
  group.records.push(record);
  if ('code' in line) {
    group.fault ??= line;
    return;
  }
  const first = group.lines[0];
  const mixed = first && map.same.find((name) => first.cells[name] !== line.cells[name]);
  if (mixed !== undefined) {
    group.fault ??= {
      code: 'group_mixed',
      message: `Line ${lineNumber} belongs to ${group.key}, whose first line has another "${mixed}".`,
    };
  }
  group.lines.push(line);
}

const reopened = (map: ImportMap, key: string, lineNumber: number): Pick<ImportProblem, 'code' | 'message'> => ({
  code: 'group_reopened',
  message:
    `Line ${lineNumber} belongs to ${key}, which had ended before. ` +
    `Sort the file by "${map.groupBy}", or raise "keepOpen" (now ${map.keepOpen}).`,
});

function finish(map: ImportMap, group: Group): readonly ImportOutcome[] {
  const problem = ({ code, message }: Pick<ImportProblem, 'code' | 'message'>): readonly ImportOutcome[] => [
    { kind: 'problem', code, message, lineNumbers: group.lineNumbers, records: group.records },
  ];
  if (group.fault) return problem(group.fault);
  try {
    const messages = chooseTemplates(map, group.lines).map((template) => build(map, template, group.lines));
    const fault = messages.map(faultOf).find((found) => found !== undefined);
    if (fault) return problem(fault);
    const firstLine = group.lineNumbers[0] ?? 0;
    const lastLine = group.lineNumbers.at(-1) ?? firstLine;
    return messages.map((message) => ({ kind: 'message', message, firstLine, lastLine }));
  } catch (thrown) {
    if (thrown instanceof UncountableSum) return problem({ code: 'number_too_large', message: thrown.message });
    throw thrown;
  }
}

function chooseTemplates(map: ImportMap, lines: readonly Line[]): readonly MessageTemplate[] {
  const [first] = lines;
  const holds = ({ when, whenSome }: MessageTemplate): boolean => {
    if (when && !(first && passes(first, when))) return false;
    return whenSome === undefined || lines.some((line) => passes(line, map.lines[whenSome] ?? {}));
  };
  return map.messages.flatMap((entry) => {
    const chosen = 'oneOf' in entry ? entry.oneOf.find(holds) : holds(entry) ? entry : undefined;
    return chosen ? [chosen] : [];
  });
}

const messageFields = [
  'type',
  'messageId',
  'timestamp',
  'userId',
  'anonymousId',
  'previousId',
  'groupId',
  'event',
  'name',
  'traits',
  'properties',
  'context',
] as const satisfies readonly (keyof MessageTemplate)[];

function build(map: ImportMap, template: MessageTemplate, lines: readonly Line[]): JsonObject {
  const message: Record<string, Json> = {};
  for (const field of messageFields) {
    const written = template[field];
    if (written === undefined) continue;
    const value = evaluate(written, lines, map);
    if (value !== undefined) message[field] = value;
  }
  return message;
}

function faultOf(message: JsonObject): Pick<ImportProblem, 'code' | 'message'> | undefined {
  if (message['userId'] === undefined && message['anonymousId'] === undefined) {
    return { code: 'identity_missing', message: 'Nobody is named: there is no value for "userId" or "anonymousId".' };
  }
  if (message['messageId'] === undefined) {
    return { code: 'message_id_missing', message: 'There is no value for "messageId", by which duplicates are known.' };
  }
  if (message['timestamp'] === undefined) {
    return { code: 'timestamp_invalid', message: 'There is no value for "timestamp".' };
  }
  return undefined;
}
