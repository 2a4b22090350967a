import { readFileSync } from 'node:fs';
import { createKafka } from '@navora/kafka';
import { servicesEnv, type StackEndpoints, startStack, type StackTls, stopStack } from '@navora/local-stack';
import { cassandraSettings, createLogger, kafkaSettings, readConfiguration } from '@navora/runtime';
import { auth, Client } from 'cassandra-driver';
import { type Admin, type Kafka } from 'kafkajs';
import { migrateAll } from './migrate.js';

/** Who is there: our services, those who look after them, and the stack itself, which may do anything. */
export type Who = keyof StackTls['clients'];

const silent = createLogger('test', 'silent');

/** A stack of its own with TLS, migrated, for tests that ask it in everybody's name. */
export class SecureStack {
  private constructor(
    readonly name: string,
    readonly endpoints: StackEndpoints,
    readonly tls: StackTls,
  ) {}

  static async start(name: string): Promise<SecureStack> {
    await stopStack({ name, wipe: true });
    const endpoints = await startStack({ name, nodes: 1, tls: true });
    if (!endpoints.tls) throw new Error('a stack without TLS');
    const stack = new SecureStack(name, endpoints, endpoints.tls);
    await migrateAll(stack.environment, () => undefined);
    return stack;
  }

  stop(): Promise<void> {
    return stopStack({ name: this.name });
  }

  get environment(): Record<string, string> {
    return servicesEnv(this.endpoints);
  }

  /** Whoever it is, with the files of that client; `over` replaces some of them. */
  accessOf(who: Who, over: Partial<Record<'ca' | 'cert' | 'key', string>> = {}) {
    const settings = { ...kafkaSettings, ...cassandraSettings };
    // The stack itself is no service, so there is no setting by which it would find its files.
    const access = readConfiguration(settings, this.environment, who as 'operator');
    return {
      ...access,
      ...(over.ca !== undefined && { kafkaCaFile: over.ca, cassandraCaFile: over.ca }),
      ...(over.cert !== undefined && { kafkaCertFile: over.cert }),
      ...(over.key !== undefined && { kafkaKeyFile: over.key }),
    };
  }

  kafkaAs(who: Who): Kafka {
    return createKafka(`test-${who}`, this.accessOf(who), silent);
  }

  async withAdmin<T>(who: Who, work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.kafkaAs(who).admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  /** A plain client of the driver. @param login by default the role of `who` with its password */
  cassandraAs(who: Who, login = this.loginOf(who)): Client {
    const { cassandra } = this.endpoints;
    return new Client({
      contactPoints: cassandra.contactPoints,
      localDataCenter: cassandra.localDataCenter,
      protocolOptions: { port: cassandra.port },
      sslOptions: { ca: readFileSync(this.tls.servicesCa), rejectUnauthorized: true },
      authProvider: new auth.PlainTextAuthProvider(login.username, login.password),
      queryOptions: { prepare: false },
    });
  }

  loginOf(who: Who): { username: string; password: string } {
    return { username: `navora_${who}`, password: readFileSync(this.tls.clients[who].password, 'utf8') };
  }
}

/** What came of an attempt: `done`, or the words in which it was refused. */
export async function outcomeOf(attempt: () => Promise<unknown>): Promise<string> {
  try {
    await attempt();
    return 'done';
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
