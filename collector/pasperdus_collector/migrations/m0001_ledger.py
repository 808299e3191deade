"""The first schema: who, events once each, quarter-hours, release blocks."""

SCRIPT = """
-- who: registry -------------------------------------------------------------------------------
CREATE TABLE sites (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE zones (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    UNIQUE (site_id, name)
) STRICT;
CREATE TABLE nodes (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    zone_id INTEGER NOT NULL REFERENCES zones (id),
    enrolled_at INTEGER NOT NULL,
    state TEXT,                -- of the retained status
    state_at INTEGER,
    heartbeat TEXT,            -- JSON of the last one
    heartbeat_at INTEGER,
    event_at INTEGER,          -- of the latest event by corrected time
    received INTEGER NOT NULL DEFAULT 0,
    stored INTEGER NOT NULL DEFAULT 0,
    duplicate INTEGER NOT NULL DEFAULT 0,
    quarantined INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE lines (
    id INTEGER PRIMARY KEY,
    node_id INTEGER NOT NULL REFERENCES nodes (id),
    name TEXT NOT NULL,
    role TEXT NOT NULL DEFAULT 'outer' CHECK (role IN ('outer', 'inner')),
    UNIQUE (node_id, name)
) STRICT;
CREATE TABLE boxes (
    id INTEGER PRIMARY KEY,
    node_id INTEGER NOT NULL REFERENCES nodes (id),
    question TEXT NOT NULL,
    scale INTEGER NOT NULL,
    UNIQUE (node_id, question, scale)
) STRICT;
CREATE TABLE sensors (
    id INTEGER PRIMARY KEY,
    node_id INTEGER NOT NULL REFERENCES nodes (id),
    name TEXT NOT NULL,
    UNIQUE (node_id, name)
) STRICT;

-- what: events once each ----------------------------------------------------------------------
CREATE TABLE boots (
    id INTEGER PRIMARY KEY,
    node_id INTEGER NOT NULL REFERENCES nodes (id),
    boot TEXT NOT NULL,
    started_by INTEGER,        -- upper bound of the instant of uptime 0
    first INTEGER,             -- lowest seq recorded in it: seqs grow from boot to boot
    UNIQUE (node_id, boot)
) STRICT;
CREATE INDEX boots_in_order ON boots (node_id, first, started_by);
CREATE TABLE anchors (
    boot_id INTEGER NOT NULL REFERENCES boots (id),
    uptime INTEGER NOT NULL,
    wall_minus_uptime INTEGER NOT NULL,
    PRIMARY KEY (boot_id, uptime)
) STRICT, WITHOUT ROWID;
CREATE TABLE epochs (
    id INTEGER PRIMARY KEY,
    node_id INTEGER NOT NULL REFERENCES nodes (id),
    epoch TEXT NOT NULL,
    boot_id INTEGER REFERENCES boots (id),  -- unknown while only a heartbeat named the epoch
    first INTEGER,
    head INTEGER,
    head_at INTEGER,           -- when it last rose
    candidate INTEGER,         -- a head waiting to be a minute old
    candidate_at INTEGER,
    settled INTEGER,           -- the last head a minute old: what lacks up to here is a gap
    UNIQUE (node_id, epoch)
) STRICT;
CREATE INDEX epochs_of_boot ON epochs (boot_id, first);
CREATE INDEX epochs_in_order ON epochs (node_id, first);
CREATE TABLE ranges (
    epoch_id INTEGER NOT NULL REFERENCES epochs (id),
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (epoch_id, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE events (
    epoch_id INTEGER NOT NULL REFERENCES epochs (id),
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    uptime INTEGER NOT NULL,
    at INTEGER,                -- null when quality is unknown
    quality TEXT NOT NULL CHECK (quality IN ('exact', 'corrected', 'bounded', 'unknown')),
    body TEXT NOT NULL,
    PRIMARY KEY (epoch_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_time ON events (kind, at);
CREATE INDEX events_to_correct ON events (epoch_id, uptime) WHERE quality <> 'exact';
CREATE TABLE redating (        -- events to date anew: those from (uptime, seq) to last_uptime
    epoch_id INTEGER PRIMARY KEY REFERENCES epochs (id),
    uptime INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    last_uptime INTEGER NOT NULL
) STRICT;
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    epoch_id INTEGER NOT NULL REFERENCES epochs (id),
    seq INTEGER NOT NULL,
    digest TEXT NOT NULL,      -- SHA-256 of the body: one key may come with several contents
    reason TEXT NOT NULL,
    body TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    UNIQUE (epoch_id, seq, digest)
) STRICT;
CREATE TABLE totals (
    name TEXT PRIMARY KEY,
    total INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- how many: quarter-hours, one wide row per series group --------------------------------------
CREATE TABLE passage_quarters (
    line_id INTEGER NOT NULL REFERENCES lines (id),
    quarter INTEGER NOT NULL,
    ins INTEGER NOT NULL DEFAULT 0,
    outs INTEGER NOT NULL DEFAULT 0,
    staff_ins INTEGER NOT NULL DEFAULT 0,
    staff_outs INTEGER NOT NULL DEFAULT 0,
    ambiguous INTEGER NOT NULL DEFAULT 0,
    back INTEGER NOT NULL DEFAULT 0,
    unresolved INTEGER NOT NULL DEFAULT 0,
    undirected INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (line_id, quarter)
) STRICT, WITHOUT ROWID;
CREATE TABLE rating_quarters (
    box_id INTEGER NOT NULL REFERENCES boxes (id),
    quarter INTEGER NOT NULL,
    s1 INTEGER NOT NULL DEFAULT 0,
    s2 INTEGER NOT NULL DEFAULT 0,
    s3 INTEGER NOT NULL DEFAULT 0,
    s4 INTEGER NOT NULL DEFAULT 0,
    s5 INTEGER NOT NULL DEFAULT 0,
    burst1 INTEGER NOT NULL DEFAULT 0,
    burst2 INTEGER NOT NULL DEFAULT 0,
    burst3 INTEGER NOT NULL DEFAULT 0,
    burst4 INTEGER NOT NULL DEFAULT 0,
    burst5 INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (box_id, quarter)
) STRICT, WITHOUT ROWID;
CREATE TABLE coverage_quarters (
    sensor_id INTEGER NOT NULL REFERENCES sensors (id),
    quarter INTEGER NOT NULL,
    told_ms INTEGER NOT NULL DEFAULT 0,
    ok_ms INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (sensor_id, quarter)
) STRICT, WITHOUT ROWID;
CREATE TABLE tally_quarters (
    node_id INTEGER NOT NULL REFERENCES nodes (id),
    what TEXT NOT NULL,
    category TEXT NOT NULL,
    quarter INTEGER NOT NULL,
    tallies INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (node_id, what, category, quarter)
) STRICT, WITHOUT ROWID;
CREATE TABLE undated (
    node_id INTEGER NOT NULL REFERENCES nodes (id),
    kind TEXT NOT NULL,
    events INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (node_id, kind)
) STRICT, WITHOUT ROWID;

-- what leaves: release blocks of ratings ------------------------------------------------------
CREATE TABLE unreleased (
    epoch_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    question TEXT NOT NULL,
    scale INTEGER NOT NULL,
    at INTEGER,                -- null while unknown: a late anchor may still date it
    value INTEGER NOT NULL,
    is_burst INTEGER NOT NULL,
    PRIMARY KEY (epoch_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX unreleased_in_order ON unreleased (site_id, question, scale, at);
CREATE TABLE blocks (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    question TEXT NOT NULL,
    scale INTEGER NOT NULL,
    first_hour INTEGER NOT NULL,  -- hours since 1970 UTC
    last_hour INTEGER NOT NULL,
    closed_at INTEGER NOT NULL,
    s1 INTEGER NOT NULL,
    s2 INTEGER NOT NULL,
    s3 INTEGER NOT NULL,
    s4 INTEGER NOT NULL,
    s5 INTEGER NOT NULL,
    burst1 INTEGER NOT NULL,
    burst2 INTEGER NOT NULL,
    burst3 INTEGER NOT NULL,
    burst4 INTEGER NOT NULL,
    burst5 INTEGER NOT NULL
) STRICT;
CREATE INDEX blocks_in_order ON blocks (site_id, question, scale, last_hour);
"""
