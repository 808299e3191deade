"""Home Assistant: each node and each site as a device, announced through MQTT discovery.

``discovery`` says what a device is and ``states`` how it is now (both pure); ``announcer`` looks at
the ledger now and then; ``announcements`` keeps what the broker is to hold, for the subscriber.
docs/home-assistant.md has the facts about Home Assistant that this leans on.
"""
