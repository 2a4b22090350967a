import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** The ports clients are used to come first, then those the services need among themselves. */
export const preferredPorts = {
  kafka: 9092,
  cassandra: 9042,
  registry: 8081,
  mqtt: 1883,
  /** With TLS: vehicles, and apart from them our own clients. */
  mqttVehicles: 8883,
  mqttServices: 8884,
  /** Clients of this listener are sent on to `kafkaLink`, where nothing of the stack listens: a link that misbehaves. */
  kafkaLinked: 9192,
  kafkaLink: 9292,
  kafkaController: 19093,
  cassandraStorage: 7000,
};

export type PortName = keyof typeof preferredPorts;
export type StackPorts = Record<PortName, number>;

const portNames = Object.keys(preferredPorts) as PortName[];

export interface PortMove {
  name: PortName;
  from: number;
  to: number;
}

/** Can be bound on the loopback address; a listener on all addresses counts as taken too. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Nodes share their ports, each at its own address: one that is taken at any of them is taken. */
export async function isPortFreeOn(hosts: string[], port: number): Promise<boolean> {
  for (const host of hosts) if (!(await isPortFree(port, host))) return false;
  return true;
}

/**
 * The remembered port of each name if it is free, else the preferred one, else the next in steps of 1000: those
 * stay recognisable and below the range the system hands out to outgoing connections.
 */
export async function choosePorts(
  remembered: Partial<StackPorts>,
  isFree: (port: number) => Promise<boolean>,
): Promise<{ ports: StackPorts; moves: PortMove[] }> {
  const ports: Partial<StackPorts> = {};
  const moves: PortMove[] = [];
  const taken = new Set<number>();
  for (const name of portNames) {
    const wanted = remembered[name] ?? beside(ports, name) ?? preferredPorts[name];
    for (const port of candidates(wanted, preferredPorts[name])) {
      if (taken.has(port) || !(await isFree(port))) continue;
      taken.add(port);
      ports[name] = port;
      if (port !== wanted) moves.push({ name, from: wanted, to: port });
      break;
    }
    if (ports[name] === undefined) throw new Error(`no free port found for ${name}`);
  }
  return { ports: ports as StackPorts, moves };
}

/** No process holds the link's port until a link is opened: keeping it beside one that is held keeps stacks apart. */
function beside({ kafkaLinked }: Partial<StackPorts>, name: PortName): number | undefined {
  if (name !== 'kafkaLink' || kafkaLinked === undefined) return undefined;
  return kafkaLinked + preferredPorts.kafkaLink - preferredPorts.kafkaLinked;
}

function* candidates(wanted: number, preferred: number): Generator<number> {
  yield wanted;
  for (let port = preferred; port < 32_768; port += 1_000) yield port;
  for (let port = preferred + 1; port < preferred + 500; port += 1) yield port;
}

export function movesLine(moves: PortMove[]): string {
  const each = moves.map(({ name, from, to }) => `${name} ${from} (now ${to})`);
  return `Ports in use by something else: ${each.join(', ')}.`;
}

export function rememberedPorts(file: string): Partial<StackPorts> {
  if (!existsSync(file)) return {};
  const content = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const known = portNames.filter((name) => Number.isInteger(content[name]));
  return Object.fromEntries(known.map((name) => [name, Number(content[name])]));
}

export function rememberPorts(file: string, ports: StackPorts): void {
  writeFileSync(file, `${JSON.stringify(ports, null, 2)}\n`);
}
