"""Register: prototypes, their periods, and a log of every change that nobody can change."""

SCRIPT = """
-- what is tried: laid down before it begins ------------------------------------------------------
CREATE TABLE prototypes (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    hypothesis TEXT NOT NULL,
    changed TEXT NOT NULL,         -- what was changed at the site
    design TEXT NOT NULL CHECK (design IN ('randomised', 'control', 'before_after')),
    outcome TEXT NOT NULL,         -- the primary one: a name of analysis.outcomes
    question TEXT,                 -- and scale: of the ratings, where there are several
    scale INTEGER,
    delta REAL NOT NULL CHECK (delta > 0),  -- in the outcome's unit
    planned_start_at INTEGER NOT NULL,
    planned_end_at INTEGER CHECK (planned_end_at > planned_start_at),
    control_site_id INTEGER REFERENCES sites (id) CHECK (control_site_id <> site_id),
    exclusions TEXT NOT NULL DEFAULT '[]',    -- JSON: days that no comparison counts
    circumstances TEXT NOT NULL DEFAULT '[]', -- JSON: what else changed meanwhile
    seed INTEGER,                  -- of the weeks drawn
    decision TEXT,                 -- JSON: what the team made of it
    rolled_back_at INTEGER,
    version INTEGER NOT NULL,      -- grows with each change of it or of one of its periods
    UNIQUE (site_id, name)
) STRICT;
CREATE TABLE periods (             -- half-open: [start_at, end_at)
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    name TEXT NOT NULL,
    prototype_id INTEGER REFERENCES prototypes (id),  -- null: a baseline that several may share
    kind TEXT NOT NULL CHECK (kind IN ('baseline', 'prototype')),
    title TEXT NOT NULL,
    step INTEGER NOT NULL CHECK (step > 0), -- one more with each adaptation
    changed TEXT NOT NULL,         -- what this step changed
    start_at INTEGER NOT NULL,
    end_at INTEGER CHECK (end_at > start_at), -- null while nobody knows
    pair INTEGER,                  -- of weeks, in a randomised design
    version INTEGER NOT NULL,
    UNIQUE (site_id, name),
    CHECK (kind = 'baseline' OR prototype_id IS NOT NULL)
) STRICT;
CREATE INDEX periods_in_order ON periods (site_id, start_at);
CREATE INDEX periods_of_prototype ON periods (prototype_id);
CREATE TABLE baselines (           -- which periods a prototype is compared with
    prototype_id INTEGER NOT NULL REFERENCES prototypes (id),
    n INTEGER NOT NULL,
    period_id INTEGER NOT NULL REFERENCES periods (id),
    PRIMARY KEY (prototype_id, n),
    UNIQUE (prototype_id, period_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX baselines_by_period ON baselines (period_id);

-- who changed what, when and why ------------------------------------------------------------------
CREATE TABLE register_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    prototype_id INTEGER REFERENCES prototypes (id),  -- null: a period that was nobody's then
    subject TEXT NOT NULL,         -- such as "period avant"
    at INTEGER NOT NULL,
    by TEXT NOT NULL CHECK (by <> ''),
    why TEXT NOT NULL,
    changes TEXT NOT NULL,         -- JSON: before and after of each field
    after_start INTEGER NOT NULL   -- of what was laid down, while the trial ran already
) STRICT;
CREATE INDEX register_log_of ON register_log (prototype_id);
CREATE INDEX register_log_by_subject ON register_log (site_id, subject);
CREATE TRIGGER log_is_not_rewritten BEFORE UPDATE ON register_log BEGIN
    SELECT RAISE(ABORT, 'the log of the register is only added to');
END;
CREATE TRIGGER log_is_not_shortened BEFORE DELETE ON register_log BEGIN
    SELECT RAISE(ABORT, 'the log of the register is only added to');
END;
CREATE TRIGGER log_is_not_replaced BEFORE INSERT ON register_log
    WHEN EXISTS (SELECT 1 FROM register_log WHERE id = NEW.id) BEGIN
    SELECT RAISE(ABORT, 'the log of the register is only added to');
END;

-- The periods of a site are published anew whenever one of these changes, whoever changes it.
ALTER TABLE changed_sites ADD COLUMN periods_changed INTEGER NOT NULL DEFAULT 0;
CREATE VIEW period_news (site_id) AS SELECT site_id FROM changed_sites;
CREATE TRIGGER periods_are_news INSTEAD OF INSERT ON period_news BEGIN
    INSERT INTO card_news VALUES (NEW.site_id);
    UPDATE changed_sites SET periods_changed = 1 WHERE site_id = NEW.site_id;
END;
CREATE TRIGGER period_added AFTER INSERT ON periods BEGIN
    INSERT INTO period_news VALUES (NEW.site_id);
END;
CREATE TRIGGER period_changed AFTER UPDATE ON periods BEGIN
    INSERT INTO period_news VALUES (NEW.site_id);
END;
CREATE TRIGGER period_taken_back AFTER DELETE ON periods BEGIN
    INSERT INTO period_news VALUES (OLD.site_id);
END;
CREATE TRIGGER prototype_changed AFTER UPDATE ON prototypes BEGIN
    INSERT INTO period_news VALUES (NEW.site_id);
END;
CREATE TRIGGER baseline_named AFTER INSERT ON baselines BEGIN
    INSERT INTO period_news SELECT site_id FROM prototypes WHERE id = NEW.prototype_id;
END;
CREATE TRIGGER baseline_no_more AFTER DELETE ON baselines BEGIN
    INSERT INTO period_news SELECT site_id FROM prototypes WHERE id = OLD.prototype_id;
END;
"""
