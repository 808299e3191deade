"""Series: local days, calibrations, past counts imported, tokens, pulses, and what changed."""

SCRIPT = """
-- who: what a site tells of itself --------------------------------------------------------------
ALTER TABLE sites ADD COLUMN agents INTEGER NOT NULL DEFAULT 0;   -- how many work there
ALTER TABLE sites ADD COLUMN calendar TEXT NOT NULL DEFAULT '{}'; -- hours, closures, holidays
ALTER TABLE sites ADD COLUMN days_are_due INTEGER NOT NULL DEFAULT 0; -- all of them anew
UPDATE sites SET days_are_due = 1;
ALTER TABLE lines ADD COLUMN tells_staff INTEGER NOT NULL DEFAULT 0;  -- agents were told apart
UPDATE lines SET tells_staff = 1 WHERE id IN
    (SELECT line_id FROM passage_quarters WHERE staff_ins + staff_outs > 0);
-- The first quarter in which one was heard of, as the days that are built know it.
ALTER TABLE lines ADD COLUMN known_from INTEGER;
ALTER TABLE boxes ADD COLUMN known_from INTEGER;
UPDATE lines SET known_from = (SELECT min(quarter) FROM (
    SELECT min(quarter) AS quarter FROM coverage_quarters WHERE sensor_id =
        (SELECT id FROM sensors WHERE sensors.node_id = lines.node_id AND name = lines.name)
    UNION ALL SELECT min(quarter) FROM passage_quarters WHERE line_id = lines.id));
UPDATE boxes SET known_from = (SELECT min(quarter) FROM coverage_quarters WHERE sensor_id =
    (SELECT id FROM sensors WHERE sensors.node_id = boxes.node_id AND name = question));
CREATE TABLE calibrations (    -- a manual count beside the sensor's; in force until the next one
    id INTEGER PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES lines (id),
    from_at INTEGER NOT NULL,
    by_sensor_in INTEGER NOT NULL,
    by_hand_in INTEGER NOT NULL,
    by_sensor_out INTEGER NOT NULL,
    by_hand_out INTEGER NOT NULL,
    entered_at INTEGER NOT NULL,
    UNIQUE (line_id, from_at)
) STRICT;
CREATE TABLE imports (         -- past counts of a whole site, from a file
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    title TEXT NOT NULL,
    step_quarters INTEGER NOT NULL,
    first_quarter INTEGER NOT NULL,
    end_quarter INTEGER NOT NULL,
    steps INTEGER NOT NULL,    -- with a number in them
    missing INTEGER NOT NULL,
    ins INTEGER NOT NULL,
    outs INTEGER,              -- null where the file has entries only
    imported_at INTEGER NOT NULL
) STRICT;
CREATE TABLE imported_quarters (  -- believed only where nothing was measured
    site_id INTEGER NOT NULL REFERENCES sites (id),
    quarter INTEGER NOT NULL,
    import_id INTEGER NOT NULL REFERENCES imports (id),
    ins INTEGER NOT NULL,
    outs INTEGER,
    PRIMARY KEY (site_id, quarter)
) STRICT, WITHOUT ROWID;
CREATE INDEX imported_quarters_of ON imported_quarters (import_id);

-- what: events that series need longer than raw rows live ---------------------------------------
CREATE TABLE recounts (
    epoch_id INTEGER NOT NULL REFERENCES epochs (id),
    seq INTEGER NOT NULL,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    at INTEGER,
    people INTEGER NOT NULL,
    PRIMARY KEY (epoch_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX recounts_by_time ON recounts (site_id, at);
CREATE TABLE token_steps (
    epoch_id INTEGER NOT NULL REFERENCES epochs (id),
    seq INTEGER NOT NULL,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    visit TEXT NOT NULL,
    at INTEGER,
    quality TEXT NOT NULL,
    action TEXT NOT NULL,
    service TEXT,
    PRIMARY KEY (epoch_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_steps_by_time ON token_steps (site_id, at);
CREATE INDEX token_steps_of_visit ON token_steps (site_id, visit);
CREATE TABLE token_waits (     -- what the steps of each visit tell: buckets.waiting.Wait
    site_id INTEGER NOT NULL REFERENCES sites (id),
    began_at INTEGER NOT NULL, -- of the visit's first wait
    visit TEXT NOT NULL,
    n INTEGER NOT NULL,        -- a visit waits once more after each transfer
    service TEXT,
    outcome TEXT NOT NULL,
    waited_ms INTEGER,
    served_ms INTEGER,
    is_served INTEGER NOT NULL,
    PRIMARY KEY (site_id, began_at, visit, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE pulses (          -- that no block holds yet
    epoch_id INTEGER NOT NULL REFERENCES epochs (id),
    seq INTEGER NOT NULL,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    at INTEGER,
    value INTEGER NOT NULL,
    PRIMARY KEY (epoch_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX pulses_in_order ON pulses (site_id, at);
CREATE TABLE pulse_blocks (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites (id),
    first_day INTEGER NOT NULL,   -- as days below
    last_day INTEGER NOT NULL,
    closed_at INTEGER NOT NULL,
    p1 INTEGER NOT NULL,
    p2 INTEGER NOT NULL,
    p3 INTEGER NOT NULL,
    p4 INTEGER NOT NULL,
    p5 INTEGER NOT NULL
) STRICT;
CREATE INDEX pulse_blocks_in_order ON pulse_blocks (site_id, last_day);

-- which: small lists kept so that nobody has to look for them in long tables ----------------------
CREATE TABLE tally_kinds (
    node_id INTEGER NOT NULL REFERENCES nodes (id),
    what TEXT NOT NULL,
    PRIMARY KEY (node_id, what)
) STRICT, WITHOUT ROWID;
INSERT INTO tally_kinds (node_id, what) SELECT DISTINCT node_id, what FROM tally_quarters;
CREATE TRIGGER tally_kind_seen AFTER INSERT ON tally_quarters BEGIN
    INSERT INTO tally_kinds (node_id, what) VALUES (NEW.node_id, NEW.what) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER staff_seen AFTER INSERT ON passage_quarters
    WHEN NEW.staff_ins + NEW.staff_outs > 0 BEGIN
    UPDATE lines SET tells_staff = 1 WHERE id = NEW.line_id AND tells_staff = 0;
END;
CREATE TRIGGER staff_seen_again AFTER UPDATE OF staff_ins, staff_outs ON passage_quarters
    WHEN NEW.staff_ins + NEW.staff_outs > 0 BEGIN
    UPDATE lines SET tells_staff = 1 WHERE id = NEW.line_id AND tells_staff = 0;
END;
CREATE TABLE services (
    site_id INTEGER NOT NULL REFERENCES sites (id),
    service TEXT NOT NULL,
    PRIMARY KEY (site_id, service)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER service_seen AFTER INSERT ON token_steps WHEN NEW.service IS NOT NULL BEGIN
    INSERT INTO services (site_id, service) VALUES (NEW.site_id, NEW.service)
        ON CONFLICT DO NOTHING;
END;

-- how many: local days, the fields of series.published -------------------------------------------
-- day: proleptic Gregorian ordinal (0001-01-01 is 1) of the date in the site's time zone.
CREATE TABLE passage_days (
    scope INTEGER NOT NULL,    -- 0 the whole site, 1 a zone, 2 a line; ref is its id
    ref INTEGER NOT NULL,
    day INTEGER NOT NULL,
    ins INTEGER NOT NULL,
    ins_valid INTEGER NOT NULL,
    outs INTEGER NOT NULL,
    outs_valid INTEGER NOT NULL,
    coverage REAL NOT NULL,
    flags INTEGER NOT NULL,
    calibrated INTEGER NOT NULL,
    ins_corrected REAL NOT NULL,
    ins_error REAL NOT NULL,
    ins_factor_error REAL NOT NULL,
    ins_chance_variance REAL NOT NULL,
    outs_corrected REAL NOT NULL,
    outs_error REAL NOT NULL,
    outs_factor_error REAL NOT NULL,
    outs_chance_variance REAL NOT NULL,
    PRIMARY KEY (scope, ref, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE occupancy_days (
    site_id INTEGER NOT NULL REFERENCES sites (id),
    day INTEGER NOT NULL,
    people REAL NOT NULL,
    raw REAL NOT NULL,
    error REAL NOT NULL,
    quarters INTEGER NOT NULL,
    valid INTEGER NOT NULL,
    coverage REAL NOT NULL,
    flags INTEGER NOT NULL,
    PRIMARY KEY (site_id, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE stay_days (
    site_id INTEGER NOT NULL REFERENCES sites (id),
    day INTEGER NOT NULL,
    minutes REAL NOT NULL,
    raw_minutes REAL NOT NULL,
    error REAL NOT NULL,
    valid INTEGER NOT NULL,
    visits INTEGER NOT NULL,
    area REAL NOT NULL,
    raw_area REAL NOT NULL,
    misses INTEGER NOT NULL,
    area_variance REAL NOT NULL,
    coverage REAL NOT NULL,
    flags INTEGER NOT NULL,
    PRIMARY KEY (site_id, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE rating_days (
    site_id INTEGER NOT NULL REFERENCES sites (id),
    question TEXT NOT NULL,
    scale INTEGER NOT NULL,
    day INTEGER NOT NULL,
    s1 INTEGER NOT NULL,
    s2 INTEGER NOT NULL,
    s3 INTEGER NOT NULL,
    s4 INTEGER NOT NULL,
    s5 INTEGER NOT NULL,
    ratings INTEGER NOT NULL,
    satisfied INTEGER NOT NULL,
    "index" REAL NOT NULL,
    coverage REAL NOT NULL,
    valid INTEGER NOT NULL,
    PRIMARY KEY (site_id, question, scale, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE tally_days (
    site_id INTEGER NOT NULL REFERENCES sites (id),
    zone_id INTEGER NOT NULL REFERENCES zones (id),
    what TEXT NOT NULL,
    day INTEGER NOT NULL,
    tallies INTEGER NOT NULL,
    PRIMARY KEY (site_id, zone_id, what, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE wait_days (
    site_id INTEGER NOT NULL REFERENCES sites (id),
    service TEXT NOT NULL,     -- empty for the whole site
    day INTEGER NOT NULL,
    wait REAL NOT NULL,
    wait_low REAL NOT NULL,
    wait_high REAL NOT NULL,
    wait_valid INTEGER NOT NULL,
    service_time REAL NOT NULL,
    service_low REAL NOT NULL,
    service_high REAL NOT NULL,
    service_valid INTEGER NOT NULL,
    called INTEGER NOT NULL,
    "left" INTEGER NOT NULL,
    unclosed INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    PRIMARY KEY (site_id, service, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE open_days (       -- whose rows above do not stand: they are worked out when asked for
    site_id INTEGER NOT NULL REFERENCES sites (id),
    day INTEGER NOT NULL,
    PRIMARY KEY (site_id, day)
) STRICT, WITHOUT ROWID;

-- what changed: read by the projection, and deleted once InfluxDB has it -------------------------
CREATE TABLE changed_days (
    site_id INTEGER NOT NULL REFERENCES sites (id),
    day INTEGER NOT NULL,
    first_quarter INTEGER NOT NULL,
    end_quarter INTEGER NOT NULL,
    change INTEGER NOT NULL,   -- grows with every change
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (site_id, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX changed_days_in_order ON changed_days (change);
CREATE TABLE changed_sites (   -- whose card changed; is_rebuilt: all its points are to be replaced
    site_id INTEGER PRIMARY KEY REFERENCES sites (id),
    is_rebuilt INTEGER NOT NULL,
    change INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE TABLE last_change (change INTEGER NOT NULL) STRICT;
INSERT INTO last_change (change) VALUES (0);

-- All days of a site are built anew whenever one of these changes, whoever changes it.
CREATE TRIGGER time_zone_changed AFTER UPDATE OF time_zone ON sites
    WHEN NEW.time_zone IS NOT OLD.time_zone BEGIN
    UPDATE sites SET days_are_due = 1 WHERE id = NEW.id;
END;
CREATE TRIGGER line_took_another_role AFTER UPDATE OF role ON lines
    WHEN NEW.role IS NOT OLD.role BEGIN
    UPDATE sites SET days_are_due = 1 WHERE id =
        (SELECT site_id FROM zones JOIN nodes ON zones.id = zone_id WHERE nodes.id = NEW.node_id);
END;
CREATE TRIGGER node_went_elsewhere AFTER UPDATE OF zone_id ON nodes
    WHEN NEW.zone_id IS NOT OLD.zone_id BEGIN
    UPDATE sites SET days_are_due = 1 WHERE id IN
        (SELECT site_id FROM zones WHERE id IN (NEW.zone_id, OLD.zone_id));
END;
CREATE TRIGGER calibrated AFTER INSERT ON calibrations BEGIN
    UPDATE sites SET days_are_due = 1 WHERE id =
        (SELECT site_id FROM zones JOIN nodes ON zones.id = zone_id
         JOIN lines ON nodes.id = node_id WHERE lines.id = NEW.line_id);
END;
CREATE TRIGGER calibration_taken_back AFTER DELETE ON calibrations BEGIN
    UPDATE sites SET days_are_due = 1 WHERE id =
        (SELECT site_id FROM zones JOIN nodes ON zones.id = zone_id
         JOIN lines ON nodes.id = node_id WHERE lines.id = OLD.line_id);
END;

-- A site's card is told anew whenever one of these changes, whoever changes it.
CREATE VIEW card_news (site_id) AS SELECT site_id FROM changed_sites;
CREATE TRIGGER card_is_news INSTEAD OF INSERT ON card_news BEGIN
    UPDATE last_change SET change = change + 1;
    INSERT INTO changed_sites (site_id, is_rebuilt, change, changed_at)
        SELECT NEW.site_id, 0, change, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)
        FROM last_change WHERE true
        ON CONFLICT (site_id) DO UPDATE SET change = excluded.change;
END;
CREATE TRIGGER site_added AFTER INSERT ON sites BEGIN
    INSERT INTO card_news VALUES (NEW.id);
END;
CREATE TRIGGER site_told AFTER UPDATE OF title, time_zone, calendar, agents ON sites BEGIN
    INSERT INTO card_news VALUES (NEW.id);
END;
CREATE TRIGGER zone_told AFTER INSERT ON zones BEGIN
    INSERT INTO card_news VALUES (NEW.site_id);
END;
CREATE TRIGGER node_moved AFTER UPDATE OF zone_id ON nodes BEGIN
    INSERT INTO card_news VALUES ((SELECT site_id FROM zones WHERE id = NEW.zone_id));
END;
CREATE TRIGGER line_told AFTER INSERT ON lines BEGIN
    INSERT INTO card_news VALUES ((SELECT site_id FROM zones JOIN nodes ON zones.id = zone_id
         WHERE nodes.id = NEW.node_id));
END;
CREATE TRIGGER line_changed AFTER UPDATE OF role, tells_staff ON lines BEGIN
    INSERT INTO card_news VALUES ((SELECT site_id FROM zones JOIN nodes ON zones.id = zone_id
         WHERE nodes.id = NEW.node_id));
END;
CREATE TRIGGER box_told AFTER INSERT ON boxes BEGIN
    INSERT INTO card_news VALUES ((SELECT site_id FROM zones JOIN nodes ON zones.id = zone_id
         WHERE nodes.id = NEW.node_id));
END;
CREATE TRIGGER tally_kind_told AFTER INSERT ON tally_kinds BEGIN
    INSERT INTO card_news VALUES ((SELECT site_id FROM zones JOIN nodes ON zones.id = zone_id
         WHERE nodes.id = NEW.node_id));
END;
CREATE TRIGGER service_told AFTER INSERT ON services BEGIN
    INSERT INTO card_news VALUES (NEW.site_id);
END;
"""
