import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ENV } from '../functions/env.ts';
import { fillDefinition } from './fill-definition.ts';
import type { Shared } from './shared.ts';
import { SojournFunction } from './sojourn-function.ts';
import { WalkingMachine } from './walking-machine.ts';

/** What filling people needs. */
export interface FillingProps {
  /** What every construct is given. */
  readonly shared: Shared;
  /** Looks each minute whether anything is to be filled. */
  readonly beginner: SojournFunction;
}

/** How what is published comes to be true of everybody, and who stands where: a machine goes over the table, person after person. */
export class Filling extends Construct {
  /** Fills one batch of people. */
  readonly fillProfiles: SojournFunction;

  constructor(scope: Construct, id: string, { shared, beginner }: FillingProps) {
    super(scope, id);
    this.fillProfiles = new SojournFunction(this, 'FillProfiles', {
      defaults: shared.defaults,
      name: 'fill-profiles',
      does: 'Fills one batch of people with what is published, from their history, or counts one for the tables of ranks.',
      timeout: Duration.minutes(5),
      memoryMiB: 1024,
    });
    shared.store.grantDecide(this.fillProfiles);
    shared.store.grantScan(this.fillProfiles);
    shared.secret.grantRead(this.fillProfiles);
    const everybody = new WalkingMachine(this, 'Everybody', {
      shared,
      definition: fillDefinition,
      substitution: 'FillProfiles',
      walks: this.fillProfiles,
      because: 'How far it came is in the table.',
    });
    everybody.letBegin(beginner, ENV.fillMachine);
  }
}
