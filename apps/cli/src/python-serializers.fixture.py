"""Confluent's serializers for Python, for tests to ask. Each line that comes is a question in JSON, and each line
that goes its answer: {"write": a reading} is answered with {"bytes": base64}, {"read": base64} with {"reading": …}.
What JSON has no type for is told by Python's: {"UUID": text}, {"datetime": ISO 8601}.

    python3 python-serializers.fixture.py REGISTRY_URL SCHEMA
"""

import json
import sys
from base64 import b64decode, b64encode
from datetime import datetime
from uuid import UUID

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

url, schema = sys.argv[1:]
registry = SchemaRegistryClient({"url": url})
# Not registered here: it must be found, as it stands in the registry.
serialize = AvroSerializer(registry, schema, conf={"auto.register.schemas": False})
deserialize = AvroDeserializer(registry)
value = SerializationContext("telemetry.readings.v1", MessageField.VALUE)


def typed(found: dict):
    if list(found) == ["UUID"]:
        return UUID(found["UUID"])
    if list(found) == ["datetime"]:
        return datetime.fromisoformat(found["datetime"])
    return found


def named(typed_value) -> dict:
    text = typed_value.isoformat() if isinstance(typed_value, datetime) else str(typed_value)
    return {type(typed_value).__name__: text}


for line in sys.stdin:
    question = json.loads(line, object_hook=typed)
    if "write" in question:
        answer = {"bytes": b64encode(serialize(question["write"], value)).decode()}
    else:
        answer = {"reading": deserialize(b64decode(question["read"]), value)}
    print(json.dumps(answer, default=named))
