"""Reception: what was taken back, whose hands the tokens are in, and what the screens show."""

SCRIPT = """
-- who: nodes with a screen ------------------------------------------------------------------------
ALTER TABLE nodes ADD COLUMN screen TEXT;  -- 'agent' or 'public', as the node says; null without
ALTER TABLE nodes ADD COLUMN running_epoch TEXT;  -- of the last status that said online
ALTER TABLE epochs ADD COLUMN heard_seq INTEGER;  -- the highest of its token and undo events
UPDATE epochs SET heard_seq = (SELECT max(seq) FROM token_steps WHERE epoch_id = epochs.id)
    WHERE id IN (SELECT epoch_id FROM token_steps);

-- what: steps as a board needs them, and what an agent took back ----------------------------------
ALTER TABLE token_steps ADD COLUMN token TEXT NOT NULL DEFAULT '';
ALTER TABLE token_steps ADD COLUMN noted_at INTEGER NOT NULL DEFAULT 0;  -- received, by our clock
UPDATE token_steps SET
    token = coalesce((SELECT body ->> '$.token' FROM events
        WHERE events.epoch_id = token_steps.epoch_id AND events.seq = token_steps.seq), ''),
    -- Nobody noted it then. Steps are soon received; a wrong clock must not be ahead of ours.
    noted_at = min(coalesce(at, 0), CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER));
CREATE INDEX token_steps_by_receipt ON token_steps (site_id, noted_at);
CREATE TABLE undone (          -- events that count nothing, perhaps before they arrive
    epoch_id INTEGER NOT NULL REFERENCES epochs (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (epoch_id, seq)
) STRICT, WITHOUT ROWID;

-- which: tokens dealt to the terminals of a site, anew each service day ---------------------------
CREATE TABLE token_hands (
    site_id INTEGER NOT NULL REFERENCES sites (id),
    day TEXT NOT NULL,         -- the date on which the service day began, as 2026-11-23
    node_id INTEGER NOT NULL REFERENCES nodes (id),
    tokens TEXT NOT NULL,      -- JSON list of their names
    PRIMARY KEY (site_id, day, node_id)
) STRICT, WITHOUT ROWID;

-- what the screens show, written by people --------------------------------------------------------
CREATE TABLE contents (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,        -- JSON of what the kind says
    valid_from TEXT,           -- first and last day of it at the site, as 2026-11-23; null: no end
    valid_to TEXT,
    position INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (site_id, kind, name)
) STRICT;
CREATE TABLE slips (           -- personal: deleted for good once taken, or after some days
    id TEXT NOT NULL PRIMARY KEY,
    node_id INTEGER NOT NULL REFERENCES nodes (id),
    written_at INTEGER NOT NULL,
    caller TEXT,
    phone TEXT,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX slips_of_node ON slips (node_id, written_at);
"""
