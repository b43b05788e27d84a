import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import type { JsonObject } from '../core/json.ts';

/**
 * A definition as a file of its own, which CloudFormation reads from the bucket of assets: in the template, which holds
 * 1 MB, there would be room for thirty. Its key is its hash, so a changed definition changes the machine, and no other.
 */
export class MachineDefinition {
  /** What the machine is made from. */
  readonly location: CfnStateMachine.S3LocationProperty;
  private readonly asset: Asset;

  constructor(scope: Construct, id: string, definition: JsonObject) {
    const folder = mkdtempSync(join(tmpdir(), 'sojourn-definition-'));
    try {
      const path = join(folder, 'definition.asl.json');
      writeFileSync(path, JSON.stringify(definition));
      // It is copied beside the template at once.
      this.asset = new Asset(scope, id, { path });
    } finally {
      rmSync(folder, { recursive: true });
    }
    this.location = { bucket: this.asset.s3BucketName, key: this.asset.s3ObjectKey };
  }

  /** Lets tools find the file beside the template. */
  describe(machine: CfnStateMachine): void {
    this.asset.addResourceMetadata(machine, 'DefinitionS3Location');
  }
}
