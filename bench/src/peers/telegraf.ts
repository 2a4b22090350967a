import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contestant, IntakeJob } from '../contestant.js';
import { runSide } from '../side-process.js';
import { goProgram, type GoProgram } from './go-program.js';

const PROGRAM: GoProgram = {
  name: 'telegraf',
  package: 'github.com/influxdata/telegraf/cmd/telegraf',
  tags: ['custom', 'inputs.mqtt_consumer', 'outputs.kafka', 'parsers.value', 'serializers.template'],
};

/** `persistent_session` is the only setting with which it acknowledges after Kafka has. */
export const telegraf: Contestant<IntakeJob> = {
  name: 'telegraf',
  guarantees: { acknowledgedAfterKafka: true, orderPerVehicle: true },
  async prepare() {
    const program = await goProgram(PROGRAM);
    return 'missing' in program ? program.missing : undefined;
  },
  async start(job) {
    const program = await goProgram(PROGRAM);
    if ('missing' in program) throw new Error(program.missing);
    const file = join(job.folder, 'telegraf.toml');
    writeFileSync(file, telegrafConfig(job));
    return runSide({ name: 'telegraf', command: program.path, args: ['--config', file], folder: job.folder });
  },
};

/** Of the windows tried, from that of the bridge on, the one that it is fastest with. */
const WINDOW = 10_000;

/** A batch is sent when it is full, and what is left every flush interval; half the window is under way then. */
export function telegrafConfig(job: IntakeJob): string {
  const topic = job.mqttTopic.replace('{vehicleId}', '+');
  const tags = job.mqttTopic.split('/').map((level) => (level === '{vehicleId}' ? 'vehicle' : '_'));
  return `[agent]
  interval = "1s"
  flush_interval = "20ms"
  metric_batch_size = ${WINDOW / 2}
  metric_buffer_limit = ${10 * WINDOW}
  omit_hostname = true
  skip_processors_after_aggregators = true

[[inputs.mqtt_consumer]]
  servers = ["${job.mqttUrl.replace(/^mqtt:/, 'tcp:')}"]
  client_id = "${job.clientId}"
  topics = ["${topic}"]
  topic_tag = ""
  qos = 1
  persistent_session = true
  max_undelivered_messages = ${WINDOW}
  # Bodies are binary: as text they would lose zeroes and blanks at their ends.
  data_format = "value"
  data_type = "base64"

  [[inputs.mqtt_consumer.topic_parsing]]
    topic = "${topic}"
    tags = "${tags.join('/')}"

[[outputs.kafka]]
  brokers = ${JSON.stringify(job.kafkaBrokers)}
  topic = "${job.kafkaTopic}"
  version = "2.8.0"
  routing_tag = "vehicle"
  required_acks = -1
  idempotent_writes = true
  data_format = "template"
  template = '{{ .Field "value" | b64dec }}'
`;
}
