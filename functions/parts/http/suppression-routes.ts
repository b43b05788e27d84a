import { channels, type Channel } from '../../../core/journey/document.ts';
import type { Json, JsonObject } from '../../../core/json.ts';
import { suppressionScopes, type SuppressionReason } from '../../../core/message/delivery.ts';
import { normalizeEmail, normalizePhone } from '../../../core/profile/address.ts';
import type { ApiOptions } from './api-options.ts';
import { ApiProblem } from './api-problem.ts';
import type { RouteTable } from './mount.ts';
import { presentSuppression } from './present.ts';
import { bodyOf, list, oneOf, onlyKnown, pageOf, textIn } from './requests.ts';

/** Blocks on addresses: listed, set, and lifted on evidence. */
export function suppressionRoutes({ ports, directory, suppress, durable }: ApiOptions): RouteTable {
  const read = (
    channel: Json | undefined,
    address: Json | undefined,
  ): { readonly channel: Channel; readonly address: string } => {
    const found = channels.find((one) => one === channel);
    if (!found)
      throw new ApiProblem(
        422,
        'channel_unknown',
        'Name the channel.',
        'channel',
        `Channels are ${channels.join(', ')}.`,
      );
    const text =
      typeof address === 'string'
        ? found === 'email'
          ? normalizeEmail(address)
          : found === 'sms'
            ? normalizePhone(address.replace(/^ /, '+'))
            : address.trim()
        : undefined;
    if (text === undefined || text === '')
      throw new ApiProblem(422, 'address_invalid', 'This is no address of that channel.', 'address');
    return { channel: found, address: text };
  };
  return [
    [
      'GET',
      '/api/suppressions',
      async (context) => {
        const page = pageOf(context, 'channel', 'address');
        const channel = oneOf('channel', context.req.query('channel'), channels);
        const address = context.req.query('address');
        const asked = address === undefined ? undefined : read(channel, address);
        const hash = asked && ports.ids.addressHash(asked.channel, asked.address);
        return list(await directory.suppressions(channel, hash, page), (item) =>
          presentSuppression(item, asked?.address),
        );
      },
    ],
    [
      'POST',
      '/api/suppressions',
      async (context) => {
        const body = await bodyOf(context, { keys: ['channel', 'address', 'reason', 'purpose', 'source'] });
        const { channel, address } = read(body['channel'], body['address']);
        const reason = (body['reason'] ?? 'manual') as SuppressionReason;
        if (typeof reason !== 'string' || !Object.hasOwn(suppressionScopes, reason))
          throw new ApiProblem(
            422,
            'reason_unknown',
            'There is no such reason.',
            'reason',
            `Reasons are ${Object.keys(suppressionScopes).join(', ')}.`,
          );
        const source = textIn(body, 'source') ?? 'api';
        const { purpose } = body;
        if (purpose !== undefined && purpose !== 'marketing' && purpose !== 'all')
          throw new ApiProblem(422, 'purpose_unknown', 'A suppression covers "marketing" or "all".', 'purpose');
        const narrowed: { readonly purpose?: 'marketing' } = purpose === 'marketing' ? { purpose } : {};
        await suppress({ channel, address, change: { kind: 'suppress', reason, source, ...narrowed } });
        await durable();
        return Response.json({ channel, address, reason, ...narrowed }, { status: 201 });
      },
    ],
    [
      'DELETE',
      '/api/suppressions',
      async (context) => {
        const body: JsonObject = { ...context.req.query(), ...(await bodyOf(context, { mayBeEmpty: true })) };
        onlyKnown(body, ['channel', 'address', 'evidence']);
        const { channel, address } = read(body['channel'], body['address']);
        const evidence = textIn(body, 'evidence');
        if (evidence === undefined || evidence.trim() === '')
          throw new ApiProblem(
            422,
            'evidence_missing',
            'A suppression is removed only on evidence that the person asked for it.',
            'evidence',
          );
        const standing = await ports.profiles.suppressions([
          { channel, addressHash: ports.ids.addressHash(channel, address) },
        ]);
        await suppress({ channel, address, change: { kind: 'release', evidence } });
        await durable();
        return Response.json({ channel, address, released: standing.length > 0 });
      },
    ],
  ];
}
