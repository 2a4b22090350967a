"""A device that sends one reading as JSON, and waits until the MQTT broker has acknowledged it.

    python3 examples/producers/python/json_device.py devices/my-truck

It needs what requirements.txt names. All it knows is in the folder that `navora devices add` has made.
"""

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from queue import Empty, SimpleQueue
from uuid import uuid4

from paho.mqtt.client import CallbackAPIVersion, Client, MQTTv5
from paho.mqtt.properties import PacketTypes, Properties

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "devices/my-truck")
facts = json.loads((folder / "device.json").read_text())

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

topic = facts["topic"]
body = json.dumps(reading)
properties = Properties(PacketTypes.PUBLISH)
properties.ContentType = "application/json"

pubacks = SimpleQueue()
device = Client(CallbackAPIVersion.VERSION2, client_id=facts["clientId"], protocol=MQTTv5)
device.tls_set(folder / "broker-ca.crt", folder / "device.crt", folder / "device.key")
device.on_publish = lambda _client, _userdata, _mid, reason, _properties: pubacks.put(reason)
try:
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
print(f"acknowledged on {topic}: {body}")
device.disconnect()
