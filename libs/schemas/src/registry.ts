import {
  Compatibility,
  SchemaRegistryClient,
} from '@confluentinc/schemaregistry/dist/schemaregistry-client.js';
import { RestError } from '@confluentinc/schemaregistry/dist/rest-error.js';
import { accessDefaults, type RegistryAccess } from './registry-access.js';

/** Vehicles are upgraded one by one and late, consumers at once: both directions must hold, for all versions. */
export const REQUIRED_COMPATIBILITY = Compatibility.FULL_TRANSITIVE;

/** Where schemas come from. A running service only reads; registering is a command. */
export interface SchemaSource {
  /**
   * @returns the schema's JSON text, or undefined if the registry has no such id.
   * @throws RegistryUnavailable when the registry cannot tell; try again later.
   */
  schemaById(id: number): Promise<string | undefined>;
  /** @returns the id under which exactly this schema stands under the subject, or undefined. */
  idOf(subject: string, schema: string): Promise<number | undefined>;
}

export class RegistryUnavailable extends Error {
  override name = 'RegistryUnavailable';
}

/** A version of a subject, as it stands in the registry. */
export interface RegisteredVersion {
  version: number;
  id: number;
  /** JSON text. */
  schema: string;
}

/** The registry refused a schema as incompatible with those already released. */
export class IncompatibleSchema extends Error {
  override name = 'IncompatibleSchema';
}

const UNAUTHORIZED = 401;
const NOT_FOUND = 404;
const CONFLICT = 409;
const UNPROCESSABLE = 422;

/** A registry with Confluent's API, through Confluent's client. */
export class SchemaRegistry implements SchemaSource {
  private client: SchemaRegistryClient;

  readonly url: string;
  private readonly access: RegistryAccess;

  /** @param at where it is; a URL alone is one that asks nobody who they are */
  constructor(
    at: string | RegistryAccess,
    private readonly timeoutMs = 5000,
  ) {
    this.access = typeof at === 'string' ? { registryUrl: at } : at;
    this.url = this.access.registryUrl;
    this.client = this.newClient();
  }

  async schemaById(id: number): Promise<string | undefined> {
    try {
      const found = await this.ask(`schema ${id}`, () => this.client.getBySubjectAndId('', id));
      if (found === undefined || typeof found.schema === 'string') return found?.schema;
      // Whatever stands there instead of the registry says nothing about the id; and the client would keep it.
      this.client.clearCaches();
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      throw new RegistryUnavailable(`the schema registry at ${this.url} refuses to tell: ${error.message}`, {
        cause: error,
      });
    }
    throw new RegistryUnavailable(`what answers at ${this.url} for schema ${id} is no schema registry`);
  }

  async idOf(subject: string, schema: string): Promise<number | undefined> {
    return this.ask(`the id of ${subject}`, () => this.client.getId(subject, { schemaType: 'AVRO', schema }));
  }

  /**
   * @returns the schema's id, the same at every call.
   * @throws IncompatibleSchema with the registry's own words.
   */
  async register(subject: string, schema: string): Promise<number> {
    try {
      const id = await this.ask(`registering ${subject}`, () =>
        this.client.register(subject, { schemaType: 'AVRO', schema }),
      );
      if (id === undefined)
        throw new RegistryUnavailable(`the registry at ${this.url} did not register ${subject}`);
      return id;
    } catch (error) {
      if (error instanceof RestError && (error.status === CONFLICT || error.status === UNPROCESSABLE)) {
        throw new IncompatibleSchema(
          `the registry at ${this.url} holds versions of ${subject} that our schema is not compatible with: point NAVORA_REGISTRY_URL at the right registry, or change the schema within ${REQUIRED_COMPATIBILITY} (the registry says: ${error.message})`,
          { cause: error },
        );
      }
      throw error;
    }
  }

  /** Sets the compatibility the subject must have, and reads it back: a registry that ignores it is no gate. */
  async requireCompatibility(subject: string): Promise<void> {
    await this.ask(`setting the compatibility of ${subject}`, () =>
      this.client.updateCompatibility(subject, REQUIRED_COMPATIBILITY),
    );
    this.client.clearCaches();
    const held = await this.compatibilityOf(subject);
    if (held !== REQUIRED_COMPATIBILITY) {
      throw new Error(
        `the registry at ${this.url} keeps ${subject} at ${held}, not at ${REQUIRED_COMPATIBILITY}`,
      );
    }
  }

  async compatibilityOf(subject: string): Promise<string | undefined> {
    return this.ask(`the compatibility of ${subject}`, () => this.client.getCompatibility(subject));
  }

  async subjects(): Promise<string[]> {
    return (await this.ask('its subjects', () => this.client.getAllSubjects())) ?? [];
  }

  /** From the first one on; none when there is no such subject. */
  async versionsOf(subject: string): Promise<RegisteredVersion[]> {
    const versions =
      (await this.ask(`the versions of ${subject}`, () => this.client.getAllVersions(subject))) ?? [];
    const found = await Promise.all(
      versions.map((version) =>
        this.ask(`version ${version} of ${subject}`, () =>
          this.client.getSchemaMetadata(subject, version, false),
        ),
      ),
    );
    return found.flatMap((one) =>
      one?.version === undefined || one.id === undefined
        ? []
        : [{ version: one.version, id: one.id, schema: one.schema }],
    );
  }

  private newClient(): SchemaRegistryClient {
    // Retries belong to us: the client's own would hide an outage for up to a minute.
    return new SchemaRegistryClient({
      baseURLs: [this.url],
      maxRetries: 0,
      createAxiosDefaults: { timeout: this.timeoutMs, ...accessDefaults(this.access) },
    });
  }

  /** The registry's own 4xx is an answer; anything else means that it cannot tell now. */
  private async ask<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.inTime(call);
    } catch (error) {
      // A 404 without the registry's own code is somebody else's: a gateway that does not find the registry.
      const byRegistry = error instanceof RestError && error.errorCode > 0;
      // The password may have been changed: it is read again with the next client.
      if (error instanceof RestError && error.status === UNAUTHORIZED) this.client = this.newClient();
      if (byRegistry && error.status === NOT_FOUND) return undefined;
      if (!byRegistry && error instanceof RestError && error.status === NOT_FOUND) {
        throw new RegistryUnavailable(`what answers at ${this.url} (${what}) is no schema registry`);
      }
      if (error instanceof RestError && error.status >= 400 && error.status < 500) throw error;
      const cause = error instanceof Error && error.message ? error.message : String(error);
      throw new RegistryUnavailable(`the schema registry at ${this.url} did not answer (${what}): ${cause}`, {
        cause: error,
      });
    }
  }

  /**
   * The client's timeout is for silence: an answer that trickles in would never end, and all other questions
   * wait for it inside the client. So its time is bounded here, and a new client takes over.
   */
  private async inTime<T>(call: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.client = this.newClient();
        reject(new Error(`no whole answer within ${this.timeoutMs} ms`));
      }, this.timeoutMs);
    });
    try {
      return await Promise.race([call(), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}
