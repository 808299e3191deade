"""Two collectors, each with its nodes and its ledger, and one InfluxDB that both copy to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from support.collecting import DAY, MONDAY, batch, coverage, passage
from support.influx import DATABASE, Influx1
from support.mosquitto import LOOPBACK, free_port
from support.processes import CollectorProcess, eventually

pytestmark = pytest.mark.slow

DAYS = {"from": "2026-03-02T00:00:00+01:00", "to": "2026-03-04T00:00:00+01:00", "bucket": "1d"}
FLEET = {**DAYS, "measure": "passages_in", "source": "shared"}


def tables(influx: Influx1) -> str:
    return f'[influx]\nurl = "{influx.url}"\nbucket = "{DATABASE}"\nevery_s = 0.5\n'


def deliver(port: int, node: str, people: int) -> None:
    """Send one day of one node, as it would itself."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect(LOOPBACK, port)
    client.loop_start()
    told = [passage(n, MONDAY + 9 * 3_600_000 + n * 1000) for n in range(1, people + 1)]
    told.append(coverage(people + 1, MONDAY, MONDAY + DAY))
    payload = batch(*told, sent_at=MONDAY + DAY, node=node)
    client.publish(f"pasperdus/v1/node/{node}/events", payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def sites(asked: CollectorProcess, **changes: str) -> dict[tuple[str, str], list[Any]]:
    """Return the values of every site that the asked collector tells of."""
    answer = asked.get("fleet", **{**FLEET, **changes})
    return {
        (site["collector"], site["site"]): [point["value"] for point in site["points"]]
        for site in answer["sites"]
    }


def test_every_site_is_read_from_the_one_that_all_share(tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    with Influx1(tmp_path / "influx") as influx:
        north, south = (
            CollectorProcess(
                tmp_path, mqtt_url=f"embedded:{port}", name=name, tables=tables(influx)
            )
            for port, name in zip(ports, ("north", "south"), strict=True)
        )
        with north, south:
            created = south.http.post(
                "/api/v1/sites", json={"site": "annexe", "title": "Annexe", "time_zone": "UTC"}
            )
            assert created.status_code == 201
            deliver(ports[0], "entrance-1", 7)
            deliver(ports[1], "entrance-1", 12)
            expected = {
                ("north", "default"): [7, 0],  # a day of UTC is covered until 01:00 of the next
                ("south", "annexe"): [None, None, None],  # of three days in its own time
                ("south", "default"): [12, 0],
            }

            eventually(lambda: sites(north) == expected or None, "every site in InfluxDB")

            assert sites(south) == expected
            assert sites(north, collector="south") == {
                key: values for key, values in expected.items() if key[0] == "south"
            }
            assert sites(north, source="ledger") == {("north", "default"): [7, 0]}
            series = {"site": "default", "measure": "passages_in", **DAYS, "source": "shared"}
            told = north.get("series", collector="south", **series)
            assert [point["value"] for point in told["points"]] == [12, 0]
            refused = north.http.get("/api/v1/series", params=series)
            assert refused.status_code == 400
            assert "choose collector=north, south" in refused.json()["detail"]
            assert "pasperdus_projection_up 1.0" in north.http.get("/metrics").text


def test_a_collector_without_influxdb_says_so(tmp_path: Path) -> None:
    with CollectorProcess(tmp_path, mqtt_url=f"embedded:{free_port()}") as collector:
        answer = collector.http.get("/api/v1/fleet", params=FLEET)

    assert answer.status_code == 400
    assert "write an [influx] section" in answer.json()["detail"]
