"""A device that goes ahead of Navora: it adds a field of its own to the newest schema of the readings,
registers that, and sends one reading in Avro with Confluent's serializer. No service is restarted for it.

    python3 examples/producers/python/avro_device.py --vehicle my-truck

It needs what requirements.txt names. Broker and registry are the local stack's; --mqtt and --registry, or
NAVORA_MQTT_URL and NAVORA_REGISTRY_URL, name others.
"""

import json
import sys
from argparse import ArgumentParser
from datetime import datetime, timezone
from os import getenv
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit
from uuid import uuid4

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5
from paho.mqtt.properties import PacketTypes, Properties

flags = ArgumentParser()
flags.add_argument("--vehicle", default="my-truck")
flags.add_argument("--mqtt", default=getenv("NAVORA_MQTT_URL", "mqtt://127.0.0.1:1883"))
flags.add_argument("--registry", default=getenv("NAVORA_REGISTRY_URL", "http://127.0.0.1:8081/apis/ccompat/v7"))
settings = flags.parse_args()

READINGS = "telemetry.readings.v1"
# Optional, so that all versions of readers and writers go with each other: the registry takes nothing else.
OWN_FIELD = {"name": "tyrePressureKpa", "type": ["null", "double"], "default": None}

reading = {
    # Made once per reading. A resend is the same bytes with the same id, and is stored once.
    "messageId": uuid4(),
    "vehicleId": settings.vehicle,
    # With its zone: without one, fastavro would take it for local time.
    "recordedAt": datetime.now(timezone.utc),
    "sequence": 1,
    "location": {"latitude": 52.5201, "longitude": 13.4049},
    "speedKph": 71.5,
    "engineTemperatureC": 91,
    "ignitionOn": True,
    "tyrePressureKpa": 820,
}


def in_avro(message: dict) -> bytes:
    registry = SchemaRegistryClient({"url": settings.registry})
    newest = registry.get_latest_version(f"{READINGS}-value").schema.schema_str
    # The serializer registers the schema unless the registry has it.
    serializer = AvroSerializer(registry, with_own_field(newest))
    return serializer(message, SerializationContext(READINGS, MessageField.VALUE))


def with_own_field(text: str) -> str:
    # A text that has the field stays as it is: with other spaces it would be registered as one more version.
    schema = json.loads(text)
    if any(field["name"] == OWN_FIELD["name"] for field in schema["fields"]):
        return text
    return json.dumps({**schema, "fields": [*schema["fields"], OWN_FIELD]})


topic = f"vehicles/{settings.vehicle}/telemetry"
properties = Properties(PacketTypes.PUBLISH)
properties.ContentType = "application/vnd.confluent.avro"

pubacks = SimpleQueue()
device = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
device.on_publish = lambda _client, _userdata, _mid, reason, _properties: pubacks.put(reason)
broker = urlsplit(settings.mqtt)
try:
    body = in_avro(reading)
    device.connect(broker.hostname, broker.port or 1883)
    # After a lost connection the client makes a new one and sends again what was not acknowledged.
    device.loop_start()
    device.publish(topic, body, qos=1, properties=properties)
    reason = pubacks.get(timeout=30)
except Empty:
    sys.exit("not acknowledged within 30 s")
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
if reason.is_failure:
    sys.exit(f"refused: {reason}")
print(f"acknowledged on {topic}: {json.dumps(reading, default=str)}")
device.disconnect()
