-- How much waits and how much is dead, by cycle and lane, is kept by triggers: each push and each look at the service asks for it, and
-- counting a million that wait holds up everything else for half a second. A table that is made anew needs its triggers made anew.
CREATE TABLE operation_count (
  cycle_id TEXT NOT NULL,
  state    TEXT NOT NULL,
  lane     INTEGER NOT NULL,
  n        INTEGER NOT NULL,
  PRIMARY KEY (cycle_id, state, lane)
) STRICT, WITHOUT ROWID;
INSERT INTO operation_count (cycle_id, state, lane, n) SELECT cycle_id, state, lane, count(*) FROM operation GROUP BY 1, 2, 3;

CREATE TRIGGER operation_added AFTER INSERT ON operation BEGIN
  INSERT INTO operation_count (cycle_id, state, lane, n) VALUES (NEW.cycle_id, NEW.state, NEW.lane, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER operation_dropped AFTER DELETE ON operation BEGIN
  UPDATE operation_count SET n = n - 1 WHERE cycle_id = OLD.cycle_id AND state = OLD.state AND lane = OLD.lane;
END;
CREATE TRIGGER operation_turned AFTER UPDATE OF state, lane, cycle_id ON operation
WHEN NEW.state <> OLD.state OR NEW.lane <> OLD.lane OR NEW.cycle_id <> OLD.cycle_id BEGIN
  UPDATE operation_count SET n = n - 1 WHERE cycle_id = OLD.cycle_id AND state = OLD.state AND lane = OLD.lane;
  INSERT INTO operation_count (cycle_id, state, lane, n) VALUES (NEW.cycle_id, NEW.state, NEW.lane, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

-- Few were put off, however many wait.
CREATE INDEX operation_put_off ON operation (not_before) WHERE not_before > 0;
