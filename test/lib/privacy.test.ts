import { describe, expect, it } from 'vitest';
import { holdingIds, holdingOf } from '../../core/privacy/inventory.ts';
import { ofType, synthesize } from './synthesis.ts';

/** Whatever may hold something about a person, with the name under which the inventory lists all of its type. */
const keeping = {
  'AWS::S3::Bucket': undefined,
  'AWS::SQS::Queue': undefined,
  'AWS::DynamoDB::Table': undefined,
  'AWS::KinesisFirehose::DeliveryStream': undefined,
  'AWS::Cognito::UserPool': undefined,
  'AWS::SecretsManager::Secret': undefined,
  'AWS::Logs::LogGroup': '@Log',
  'AWS::StepFunctions::StateMachine': '@StateMachine',
} as const;

describe('the inventory of what is kept', () => {
  it('has every resource that keeps anything', () => {
    const { data, running } = synthesize();
    const places = holdingIds.flatMap((id) => holdingOf(id).aws).filter((place) => place.startsWith('@'));
    const unlisted = [data, running].flatMap((resources) =>
      Object.entries(keeping).flatMap(([type, all]) =>
        ofType(resources, type)
          .map(([id]) => id)
          .filter((id) => !places.some((place) => place === all || id.startsWith(place.slice(1)))),
      ),
    );
    expect(unlisted).toEqual([]);
    const ids = [data, running].flatMap((resources) => Object.keys(resources));
    const gone = places.filter(
      (place) => !['@Log', '@StateMachine'].includes(place) && !ids.some((id) => id.startsWith(place.slice(1))),
    );
    expect(gone).toEqual([]);
  });
});
