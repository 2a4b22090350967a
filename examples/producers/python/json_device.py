"""A device that sends one reading as JSON, and waits until the MQTT broker has acknowledged it.

    python3 examples/producers/python/json_device.py --vehicle my-truck

It needs what requirements.txt names. The broker is the local stack's; --mqtt or NAVORA_MQTT_URL name another.
"""

import json
import sys
from argparse import ArgumentParser
from datetime import datetime, timezone
from os import getenv
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit
from uuid import uuid4

from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5
from paho.mqtt.properties import PacketTypes, Properties

flags = ArgumentParser()
flags.add_argument("--vehicle", default="my-truck")
flags.add_argument("--mqtt", default=getenv("NAVORA_MQTT_URL", "mqtt://127.0.0.1:1883"))
settings = flags.parse_args()

reading = {
    # Made once per reading. A resend is the same bytes with the same id, and is stored once.
    "messageId": str(uuid4()),
    "recordedAt": datetime.now(timezone.utc).isoformat(),
    "sequence": 1,
    "location": {"latitude": 52.5201, "longitude": 13.4049},
    "speedKph": 71.5,
    "engineTemperatureC": 91,
    "ignitionOn": True,
    # No field of Navora's, so it is kept in `extras`.
    "tyrePressureKpa": 820,
}

topic = f"vehicles/{settings.vehicle}/telemetry"
body = json.dumps(reading)
properties = Properties(PacketTypes.PUBLISH)
properties.ContentType = "application/json"

pubacks = SimpleQueue()
device = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
device.on_publish = lambda _client, _userdata, _mid, reason, _properties: pubacks.put(reason)
broker = urlsplit(settings.mqtt)
try:
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
print(f"acknowledged on {topic}: {body}")
device.disconnect()
