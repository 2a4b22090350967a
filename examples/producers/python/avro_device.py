"""A device that goes ahead of Navora: it adds a field of its own to the newest schema of the readings,
registers that, and sends one reading in Avro with Confluent's serializer. No service is restarted for it.

    python3 examples/producers/python/avro_device.py devices/my-truck

It needs what requirements.txt names. What it knows of itself and the broker is in the folder that
`navora devices add` has made; the registry is the local stack's, unless NAVORA_REGISTRY_URL names another.
"""

import json
import sys
from datetime import datetime, timezone
from os import getenv
from pathlib import Path
from queue import Empty, SimpleQueue
from uuid import uuid4

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5
from paho.mqtt.properties import PacketTypes, Properties

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "devices/my-truck")
facts = json.loads((folder / "device.json").read_text())
registry_url = getenv("NAVORA_REGISTRY_URL", "https://127.0.0.1:8081/apis/ccompat/v7")

READINGS = "telemetry.readings.v1"
# Optional, so that all versions of readers and writers go with each other: the registry takes nothing else.
OWN_FIELD = {"name": "tyrePressureKpa", "type": ["null", "double"], "default": None}

reading = {
    # Made once per reading. A resend is the same bytes with the same id, and is stored once.
    "messageId": uuid4(),
    "vehicleId": facts["vehicleId"],
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
    # The local stack's registry has a certificate of the authority that the broker's is of.
    trust = {"ssl.ca.location": str(folder / "broker-ca.crt")} if registry_url.startswith("https:") else {}
    registry = SchemaRegistryClient({"url": registry_url, **trust})
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


topic = facts["topic"]
properties = Properties(PacketTypes.PUBLISH)
properties.ContentType = "application/vnd.confluent.avro"

pubacks = SimpleQueue()
device = Client(CallbackAPIVersion.VERSION2, client_id=facts["clientId"], protocol=MQTTv5)
device.tls_set(folder / "broker-ca.crt", folder / "device.crt", folder / "device.key")
device.on_publish = lambda _client, _userdata, _mid, reason, _properties: pubacks.put(reason)
try:
    body = in_avro(reading)
    device.connect(facts["broker"]["host"], facts["broker"]["port"])
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
