import type { Channel } from '../../core/journey/document.ts';
import type { SuppressionReason } from '../../core/message/delivery.ts';
import type { Ports } from '../../core/ports.ts';

export type SuppressPorts = Pick<Ports, 'profiles' | 'clock' | 'ids'>;

/** An address that is to be left alone, or no longer. */
export interface SuppressTask {
  readonly channel: Channel;
  /** Normalised. */
  readonly address: string;
  readonly change:
    | {
        readonly kind: 'suppress';
        readonly reason: SuppressionReason;
        readonly source: string;
        readonly purpose?: 'marketing';
      }
    | { readonly kind: 'release'; readonly evidence: string };
}

/** Blocks an address, or releases it on evidence; every later hand-over sees it, because each commits against these rows. */
export const suppressAddress =
  ({ profiles, clock, ids }: SuppressPorts) =>
  async ({ channel, address, change }: SuppressTask): Promise<void> => {
    const addressHash = ids.addressHash(channel, address);
    await profiles.commit({
      attemptId: ids.attempt(),
      profiles: [],
      ...(change.kind === 'suppress'
        ? {
            suppressions: [
              {
                channel,
                addressHash,
                reason: change.reason,
                atMs: clock.nowMs(),
                source: change.source,
                ...(change.purpose && { purpose: change.purpose }),
              },
            ],
          }
        : { unsuppressions: [{ channel, addressHash, evidence: change.evidence }] }),
    });
  };
