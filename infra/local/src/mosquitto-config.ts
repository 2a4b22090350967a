/** Settings of mosquitto.conf that shall be other than ours. */
export type MosquittoChanges = Record<string, string | number | boolean>;

/** `listener` is a port, and an address to bind it to unless it is all of them. */
export function mosquittoConf(
  listener: string,
  dataFolder: string,
  user: string,
  changes: MosquittoChanges = {},
): string {
  return Object.entries(changes).reduce(withSetting, ourConf(listener, dataFolder, user));
}

function withSetting(conf: string, [name, value]: [string, string | number | boolean]): string {
  const others = conf.split('\n').filter((line) => !line.startsWith(`${name} `));
  return `${others.join('\n')}${name} ${value}\n`;
}

function ourConf(listener: string, dataFolder: string, user: string): string {
  return `listener ${listener}
allow_anonymous true
set_tcp_nodelay true
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

log_dest stdout
log_timestamp_format %Y-%m-%dT%H:%M:%S
log_type error
log_type warning
log_type notice
# Ten thousand vehicles would each write a line when they come and when they go.
connection_messages false
`;
}
