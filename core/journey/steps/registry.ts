import { registryOf } from '../../kinds.ts';
import { audience } from './audience.ts';
import { branch } from './branch.ts';
import { call } from './call.ts';
import { cascade } from './cascade.ts';
import { coupon } from './coupon.ts';
import { emit } from './emit.ts';
import { end } from './end.ts';
import { experiment } from './experiment.ts';
import { lookup } from './lookup.ts';
import { repeat } from './repeat.ts';
import { send } from './send.ts';
import { start } from './start.ts';
import type { StepKind } from './step-kind.ts';
import { task } from './task.ts';
import { update } from './update.ts';
import { wait } from './wait.ts';
import { waitFor } from './wait-for.ts';

/** Every kind of step, by the key that tells it. */
export const stepKinds = registryOf<StepKind>(
  {
    noun: 'step',
    aNoun: 'a step',
    unknown: 'unknown-step',
    ambiguous: 'ambiguous-step',
    onlyOne: 'One step does one thing: write two steps.',
  },
  [
    wait,
    waitFor,
    send,
    cascade,
    branch,
    experiment,
    repeat,
    update,
    audience,
    emit,
    coupon,
    call,
    lookup,
    task,
    start,
    end,
  ],
);
