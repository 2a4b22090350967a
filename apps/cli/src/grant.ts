import type { CassandraClient } from '@navora/cassandra';
import kafkajs, { type AclEntry, type Admin } from 'kafkajs';
import { KAFKA_GRANTS, type KafkaGrant, TABLE_GRANTS } from './grants.js';

// Node finds only the first of the names that this CommonJS module exports.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

const RESOURCE = {
  topic: [AclResourceTypes.TOPIC, ResourcePatternTypes.LITERAL],
  group: [AclResourceTypes.GROUP, ResourcePatternTypes.LITERAL],
  'groups beginning with': [AclResourceTypes.GROUP, ResourcePatternTypes.PREFIXED],
} as const;

const OPERATION = {
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
  describe: AclOperationTypes.DESCRIBE,
  'describe-configs': AclOperationTypes.DESCRIBE_CONFIGS,
  delete: AclOperationTypes.DELETE,
} as const;

/** @param pattern Kafka's principals, with `*` for the service: `User:navora-*` */
export async function grantInKafka(
  admin: Admin,
  pattern: string,
  onStep: (step: string) => void,
): Promise<void> {
  const wanted = Object.entries(KAFKA_GRANTS).flatMap(([service, grants]) =>
    grants.flatMap((grant) => entriesOf(pattern.replace('*', service), grant)),
  );
  await admin.createAcls({ acl: wanted });
  const principals = Object.keys(KAFKA_GRANTS).map((service) => pattern.replace('*', service));
  onStep(`granted in Kafka to ${principals.join(', ')} what each needs`);
  for (const principal of principals)
    for (const more of await grantedBesides(admin, principal, wanted)) onStep(more);
}

function entriesOf(principal: string, { on, name, may }: KafkaGrant): AclEntry[] {
  const [resourceType, resourcePatternType] = RESOURCE[on];
  return may.map((right) => ({
    ...{ principal, resourceType, resourcePatternType, resourceName: name, host: '*' },
    operation: OPERATION[right],
    permissionType: AclPermissionTypes.ALLOW,
  }));
}

/** What an earlier version needed, or somebody added: it stays, and is said. */
async function grantedBesides(admin: Admin, principal: string, wanted: AclEntry[]): Promise<string[]> {
  const { resources } = await admin.describeAcls({
    ...{ principal, resourceType: AclResourceTypes.ANY, resourcePatternType: ResourcePatternTypes.ANY },
    ...{ operation: AclOperationTypes.ANY, permissionType: AclPermissionTypes.ALLOW },
  });
  return resources.flatMap(({ acls, ...resource }) =>
    acls
      .filter(
        (acl) =>
          !wanted.some(
            (one) =>
              one.principal === principal &&
              one.operation === acl.operation &&
              one.resourceType === resource.resourceType &&
              one.resourceName === resource.resourceName &&
              one.resourcePatternType === resource.resourcePatternType,
          ),
      )
      .map(
        ({ operation }) =>
          `${principal} may also ${wordOf(AclOperationTypes, operation)} the ${wordOf(AclResourceTypes, resource.resourceType)} ${resource.resourceName}, which Navora does not need`,
      ),
  );
}

function wordOf(words: object, value: number): string {
  const [word] = Object.entries(words).find(([, one]) => one === value) ?? [String(value)];
  return word.toLowerCase();
}

const PERMISSION = { read: 'SELECT', change: 'MODIFY' } as const;

/**
 * The roles must be there, with their passwords: those are made by whoever runs Cassandra.
 * @param pattern Cassandra's roles, with `*` for the service: `navora_*`
 */
export async function grantInCassandra(
  client: CassandraClient,
  keyspace: string,
  pattern: string,
  onStep: (step: string) => void,
): Promise<void> {
  const roles = Object.keys(TABLE_GRANTS).map((service) => pattern.replace('*', service));
  for (const statement of grantStatements(keyspace, pattern))
    await client.execute(statement, [], { prepare: false });
  onStep(`granted in Cassandra to ${roles.join(', ')} what each needs`);
}

export function grantStatements(keyspace: string, pattern: string): string[] {
  return Object.entries(TABLE_GRANTS).flatMap(([service, tables]) =>
    Object.entries(tables).flatMap(([table, rights]) =>
      rights.map((right) => {
        const on = table === '*' ? `KEYSPACE ${keyspace}` : `${keyspace}.${table}`;
        return `GRANT ${PERMISSION[right]} ON ${on} TO "${pattern.replace('*', service)}"`;
      }),
    ),
  );
}
