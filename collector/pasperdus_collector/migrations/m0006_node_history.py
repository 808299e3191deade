"""How nodes were: their heartbeats by the quarter-hour, for some days."""

SCRIPT = """
CREATE TABLE node_quarters (
    node_id INTEGER NOT NULL REFERENCES nodes (id),
    quarter INTEGER NOT NULL,
    beats INTEGER NOT NULL,          -- heartbeats heard
    synced INTEGER NOT NULL,         -- of them, those with a clock that was set
    pending INTEGER NOT NULL,        -- the most events that waited
    waited_ms INTEGER,               -- the longest that one had waited; null where none did
    clock_ahead_ms INTEGER NOT NULL, -- of the last one: its clock less ours, at receipt
    battery INTEGER,                 -- the lowest, percent
    temperature_c REAL,              -- the highest
    PRIMARY KEY (node_id, quarter)
) STRICT, WITHOUT ROWID;
"""
