/** Documents as folders said them when they were published, by the hash of what they say. */
export interface SaidSoFar {
  /** What was published last, by a deployment or by somebody in between. */
  readonly said: string;
  /** What the last deployment brought. */
  readonly deployed: string;
}
/** What a deployment brings. */
export interface DeploymentWish {
  readonly brings: string;
  /** The published documents that whoever deploys has seen, and means to replace. */
  readonly replaces?: string;
}
export type DeploymentDecision =
  /** Its documents become current. */
  | { readonly kind: 'publish' }
  /** What was published since the last deployment stays: this one brings nothing new. */
  | { readonly kind: 'keep' }
  /** It would take back what somebody published since, and does not say that it means to. */
  | { readonly kind: 'refuse'; readonly sentence: string };

/**
 * Whether a deployment's documents become the current ones. Nothing that was published between two deployments is taken
 * back without a word: who brings other documents must have seen it.
 * @param standing absent where nothing has been published yet
 */
export function decideDeployment(
  standing: SaidSoFar | undefined,
  { brings, replaces }: DeploymentWish,
): DeploymentDecision {
  if (!standing || standing.said === standing.deployed) return { kind: 'publish' };
  const { said, deployed } = standing;
  if (brings === said || replaces === said) return { kind: 'publish' };
  if (brings === deployed) return { kind: 'keep' };
  return {
    kind: 'refuse',
    sentence:
      'Other documents were published since the last deployment, and this one does not have them: it would take them back. ' +
      'Bring them into the folder and build again; where they are in it already, or are to go, say that you have seen them: ' +
      `-c replaces=${said}`,
  };
}
