import { BlockList, isIP } from 'node:net';

/** Special-purpose blocks of IPv4 that no stranger's host lives in (IANA registry, RFC 6890). */
const notPublic4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** What lies inside 2000::/3 and is special nevertheless; 2002::/16 and 2001::/32 carry an IPv4 address. */
const notPublic6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [net, prefix] of notPublic4) special.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of notPublic6) special.addSubnet(net, prefix, 'ipv6');
/** All of IPv6 that is given out for hosts; loopback, mapped, unique-local, link-local and multicast lie outside. */
const unicast6 = new BlockList();
unicast6.addSubnet('2000::', 3, 'ipv6');

/** Whether an address belongs to the public internet: nothing of ours, of this machine or of the cloud's metadata. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, 'ipv4');
    case 6:
      return unicast6.check(address, 'ipv6') && !special.check(address, 'ipv6');
    default:
      return false;
  }
}
