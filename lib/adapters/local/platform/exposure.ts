import { isIP } from 'node:net';
import type { hostname, networkInterfaces } from 'node:os';
import { isLoopbackHost } from '../../../net/policy/loopback.ts';
import { urlHost } from '../../../routing/host-port.ts';

/** Who reaches the page, the API, the edge and the ingest of one machine, and how. */
export interface Exposure {
  /** The address that they listen on. Everything else listens on loopback. */
  readonly listen: string;
  /** The address at which this machine itself reaches them. */
  readonly local: string;
  /** What other devices can call this machine, the best first. Empty if only this machine reaches it, or no network is there. */
  readonly called: readonly string[];
  /** Names that others may use beside addresses. Undefined if only this machine reaches it. */
  readonly ownNames: readonly string[] | undefined;
}

export const onlyHere: Exposure = {
  listen: '127.0.0.1',
  local: '127.0.0.1',
  called: [],
  ownNames: undefined,
};

/** What the system says of this machine. */
export interface MachineNames {
  readonly hostname: ReturnType<typeof hostname>;
  readonly interfaces: ReturnType<typeof networkInterfaces>;
}

const wildcards = ['0.0.0.0', '::'];
/** Networks of containers, virtual machines and tunnels: devices at home aren't in them. */
const inner = /^(docker|br-|veth|virbr|vmnet|vboxnet|lxc|cni|podman|utun|tun|tap|wg|zt|tailscale)/;

/** `host`: the address to listen on. `publicHost`: what other devices call this machine, if the system can't know. */
export function exposureOf(
  { host, publicHost }: { readonly host: string; readonly publicHost: string | undefined },
  { hostname, interfaces }: MachineNames,
): Exposure {
  if (isLoopbackHost(host)) return { ...onlyHere, listen: host, local: host };
  const isEvery = wildcards.includes(host);
  const found = isEvery ? addressesOf(interfaces, host) : [host];
  const machine = hostname.toLowerCase();
  const names = [publicHost?.toLowerCase(), machine, `${machine}.local`];
  return {
    listen: host,
    local: isEvery ? '127.0.0.1' : host,
    called: publicHost === undefined ? found : [publicHost],
    ownNames: [...new Set(names.filter((name) => name !== undefined))],
  };
}

function addressesOf(interfaces: MachineNames['interfaces'], wildcard: string): string[] {
  const all = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ internal, family, address }) => !internal && isReachable(family, address, wildcard))
      .map(({ address, family }) => ({
        address,
        rank: (inner.test(name) ? 2 : 0) + (family === 'IPv4' ? 0 : 1),
      })),
  );
  return all.sort((one, other) => one.rank - other.rank).map(({ address }) => address);
}

/** Link-local addresses work only with the name of an interface, which no URL has. */
const isReachable = (family: string, address: string, wildcard: string): boolean =>
  family === 'IPv4' ? !address.startsWith('169.254.') : wildcard === '::' && !/^fe[89ab]/i.test(address);

/** What a certificate must name, so that those who check it can connect. */
export const certifiedNames = ({ called, ownNames = [] }: Exposure) => {
  const all = [...called, ...ownNames].filter((name) => !wildcards.includes(name));
  return {
    hosts: [...new Set(['localhost', ...all.filter((name) => isIP(name) === 0)])],
    addresses: [...new Set(['127.0.0.1', ...all.filter((name) => isIP(name) !== 0)])],
  };
};

/** The address or name as URLs write it. */
export const calledFirst = ({ called, local }: Exposure): string => urlHost(called[0] ?? local);
