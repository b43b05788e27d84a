/** Something is missing or wrong that whoever deploys can mend; the message says what to do. */
export class CannotDeploy extends Error {
  override readonly name = 'CannotDeploy';
}
