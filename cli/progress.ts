/** Shows how far a long task is: a bar that is redrawn on a terminal, a line now and then elsewhere. */
export interface Progress {
  update(done: number, note?: string): void;
  done(note: string): void;
}

const width = 30;
/** On a terminal; where lines stay, one in ten seconds is enough. */
const redrawMs = { terminal: 100, lines: 10_000 } as const;

/** @param total in the unit that `update` counts; `undefined` where the end is not known */
export function createProgress(
  title: string,
  total: number | undefined,
  out: NodeJS.WriteStream = process.stderr,
): Progress {
  const isTerminal = out.isTTY === true;
  let lastMs = -Infinity;
  const draw = (done: number, note: string): void => {
    const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total);
    const filled =
      share === undefined
        ? ''
        : `[${'#'.repeat(Math.round(share * width)).padEnd(width, '.')}] ${String(Math.floor(share * 100)).padStart(3)} %  `;
    const line = `${title}  ${filled}${note}`;
    out.write(isTerminal ? `\r\u001b[2K${line}` : `${line}\n`);
  };
  return {
    update(done, note = '') {
      const nowMs = performance.now();
      if (nowMs - lastMs < (isTerminal ? redrawMs.terminal : redrawMs.lines)) return;
      lastMs = nowMs;
      draw(done, note);
    },
    done(note) {
      draw(total ?? 1, note);
      if (isTerminal) out.write('\n');
    },
  };
}
