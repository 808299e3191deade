"""What every long-running process of ours is made of, node or collector alike.

Settings from TOML, logs, one MQTT connection, a word to systemd, and the languages of what people
read. It knows nothing of sensors or ledgers, and imports nothing of ours but the contract.
"""
