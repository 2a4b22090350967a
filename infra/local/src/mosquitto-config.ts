import { TELEMETRY_TOPIC } from '@navora/schemas';
import { principalOf } from './stack-tls.js';

/** Settings of mosquitto.conf that shall be other than ours. */
export type MosquittoChanges = Record<string, string | number | boolean>;

/** A port, and an address to bind it to unless it is all of them. */
type ListenerAddress = string;

/** Where vehicles and our own clients come in, each with certificates of an authority of their own. */
export interface SecureListeners {
  vehicles: ListenerAddress;
  services: ListenerAddress;
  /** PEM files */
  server: { cert: string; key: string };
  devicesCa: string;
  servicesCa: string;
  revoked: string;
  /** Files of access rules: `vehiclesAcl` and `servicesAcl` are their text. */
  vehiclesAclFile: string;
  servicesAclFile: string;
  /** Where the broker writes who comes and goes. */
  log: string;
}

/** One listener in plain text, open to everybody: for a machine's own loopback address. */
export function mosquittoConf(
  listener: ListenerAddress,
  dataFolder: string,
  user: string,
  changes: MosquittoChanges = {},
): string {
  const open = `listener ${listener}\nallow_anonymous true\n`;
  return withSettings(`${open}${commonConf(dataFolder, user)}${quietLog}`, changes);
}

/** Nothing in plain text, and nobody without a certificate. */
export function secureMosquittoConf(
  listeners: SecureListeners,
  dataFolder: string,
  user: string,
  changes: MosquittoChanges = {},
): string {
  const log = logOfConnections(listeners.log);
  return withSettings(`${secureListeners(listeners)}${commonConf(dataFolder, user)}${log}`, changes);
}

/**
 * A vehicle writes to its own topic and reads nothing. What is not allowed is answered with 0x87, and a foreign
 * subscription, by mosquitto's way, granted and never served.
 */
export const vehiclesAcl = `pattern write ${TELEMETRY_TOPIC.replace('{vehicleId}', '%u')}
`;

/** The bridge reads what vehicles write; the operator redelivers in a vehicle's name. */
export const servicesAcl = `user ${principalOf('bridge')}
topic read ${TELEMETRY_TOPIC.replace('{vehicleId}', '+')}
topic read $SYS/broker/publish/messages/dropped
topic readwrite navora/heartbeats/${principalOf('bridge')}

user ${principalOf('operator')}
topic write ${TELEMETRY_TOPIC.replace('{vehicleId}', '+')}
`;

function withSettings(conf: string, changes: MosquittoChanges): string {
  return Object.entries(changes).reduce(withSetting, conf);
}

function withSetting(conf: string, [name, value]: [string, string | number | boolean]): string {
  const others = conf.split('\n').filter((line) => !line.startsWith(`${name} `));
  return `${others.join('\n')}${name} ${value}\n`;
}

function secureListeners(listeners: SecureListeners): string {
  const { vehicles, services, server, devicesCa, servicesCa, revoked } = listeners;
  const tls = (authority: string): string => `certfile ${server.cert}
keyfile ${server.key}
cafile ${authority}
tls_version tlsv1.2
require_certificate true
# The name in the certificate is who it is, whatever CONNECT says.
use_identity_as_username true
allow_anonymous false`;
  return `per_listener_settings true

# Vehicles.
listener ${vehicles}
${tls(devicesCa)}
crlfile ${revoked}
# The same for the client id: nobody takes over the session of another.
use_username_as_clientid true
acl_file ${listeners.vehiclesAclFile}

# The bridge, and operators.
listener ${services}
${tls(servicesCa)}
acl_file ${listeners.servicesAclFile}

`;
}

function commonConf(dataFolder: string, user: string): string {
  return `set_tcp_nodelay true
# Started by root it would otherwise become a user that cannot write below this folder.
user ${user}

persistence true
persistence_location ${dataFolder}/
# Seconds. What a kill -9 can lose of what vehicles were told is safe.
autosave_interval 1

# The defaults hold 20 messages in flight and drop everything beyond 1,000 waiting ones. Zero is "no limit":
# the subscriber's Receive Maximum bounds what is in flight, the bytes bound what waits.
max_inflight_messages 0
max_queued_messages 0
max_queued_bytes 1073741824
max_packet_size 524288

log_timestamp_format %Y-%m-%dT%H:%M:%S%z
log_type error
log_type warning
log_type notice
`;
}

const quietLog = `log_dest stdout
# Ten thousand vehicles would each write a line when they come and when they go.
connection_messages false
`;

/** What `navora devices watch` reads: to a file line by line, while stdout holds back what a kill then loses. */
function logOfConnections(file: string): string {
  return `log_dest file ${file}
connection_messages true
# That it starts and stops.
log_type information
log_type subscribe
`;
}
