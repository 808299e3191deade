"""Since when each day is as it is: whoever keeps what was computed of days asks this first."""

SCRIPT = """
-- Unlike changed_days, which the projection empties, this is only ever added to.
CREATE TABLE day_changes (
    site_id INTEGER NOT NULL REFERENCES sites (id),
    day INTEGER NOT NULL,      -- as days of m0002
    change INTEGER NOT NULL,   -- the number of its last change, which grows with every one
    PRIMARY KEY (site_id, day)
) STRICT, WITHOUT ROWID;
"""
