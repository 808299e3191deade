"""Sheets: what went wrong or could go better at a site, and what was done about it."""

SCRIPT = """
ALTER TABLE sites ADD COLUMN last_sheet INTEGER NOT NULL DEFAULT 0;  -- a number is given once
CREATE TABLE sheets (
    site_id INTEGER NOT NULL REFERENCES sites (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,        -- 'anomaly' or 'improvement'
    what TEXT NOT NULL,
    detail TEXT,
    owner TEXT,                -- a function or a service; null: nobody yet
    action TEXT,               -- 'corrective' or 'preventive'; null: not decided yet
    due TEXT,                  -- the last day for it at the site, as 2026-11-23
    outcome TEXT,              -- what was done
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,         -- null while it is open
    closed_by TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (site_id, number),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK (closed_at IS NULL OR outcome IS NOT NULL)
) STRICT;
"""
