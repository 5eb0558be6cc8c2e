-- Whom the rules of lists are to be held against again. Rules see one person at a time, so a change of one costs what one
-- costs. What a rule or the plan of a list can see of a person is in eight tables, and each of them marks whoever it is about
-- itself, in the transaction of the change: a mark that the code had to remember would be forgotten once, and somebody would
-- stay on a list for ever. A table that is made anew needs its triggers made anew.
CREATE TABLE list_due (
  phone TEXT PRIMARY KEY,
  times INTEGER NOT NULL                      -- how often they were marked: a mark that came while they were looked at stays
) STRICT, WITHOUT ROWID;

-- On whom a rule gives no yes or no.
CREATE TABLE list_failing (
  phone TEXT NOT NULL,
  key   TEXT NOT NULL,                        -- names the rule
  PRIMARY KEY (phone, key)
) STRICT, WITHOUT ROWID;

-- Whoever gets on, gets off or was refused is looked at by every plan until that is over.
CREATE INDEX list_member_open ON list_member (phone) WHERE state <> 'on';
CREATE INDEX held_member_by_phone ON held_member (phone);
CREATE INDEX member_pin_by_phone ON member_pin (phone);

-- As long as no plan has looked at everybody (meta.list_basis), nobody has to be marked.
CREATE TRIGGER list_due_contact_new AFTER INSERT ON contact
WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (NEW.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_contact AFTER UPDATE OF state, source_id, fields, left_cycle, left_ways ON contact
WHEN (OLD.state IS NOT NEW.state OR OLD.fields IS NOT NEW.fields OR OLD.source_id IS NOT NEW.source_id
  OR OLD.left_cycle IS NOT NEW.left_cycle OR OLD.left_ways IS NOT NEW.left_ways)
  AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (NEW.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_contact_gone AFTER DELETE ON contact
WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (OLD.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;

CREATE TRIGGER list_due_consent_new AFTER INSERT ON consent
WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (NEW.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_consent AFTER UPDATE OF state ON consent
WHEN OLD.state IS NOT NEW.state AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (NEW.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;

-- Which contact in Heymarket somebody is matters once they are on a list. Who belongs on one and is not there yet stays due.
CREATE TRIGGER list_due_link_new AFTER INSERT ON link
WHEN EXISTS (SELECT 1 FROM list_member WHERE phone = NEW.phone AND state <> 'adding')
  AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (NEW.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_link AFTER UPDATE OF phone, contact_id ON link
WHEN (OLD.phone IS NOT NEW.phone OR OLD.contact_id IS NOT NEW.contact_id)
  AND EXISTS (SELECT 1 FROM list_member WHERE phone IN (OLD.phone, NEW.phone) AND state <> 'adding')
  AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (OLD.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
  INSERT INTO list_due (phone, times) VALUES (NEW.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_link_gone AFTER DELETE ON link
WHEN EXISTS (SELECT 1 FROM list_member WHERE phone = OLD.phone AND state <> 'adding')
  AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (OLD.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_remote_new AFTER INSERT ON remote_contact
WHEN NEW.phone IS NOT NULL
  AND EXISTS (SELECT 1 FROM list_member WHERE phone = NEW.phone AND state <> 'adding')
  AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (NEW.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_remote AFTER UPDATE OF phone ON remote_contact
WHEN OLD.phone IS NOT NEW.phone
  AND EXISTS (SELECT 1 FROM list_member WHERE phone IN (OLD.phone, NEW.phone) AND state <> 'adding')
  AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) SELECT OLD.phone, 1 WHERE OLD.phone IS NOT NULL
    ON CONFLICT (phone) DO UPDATE SET times = times + 1;
  INSERT INTO list_due (phone, times) SELECT NEW.phone, 1 WHERE NEW.phone IS NOT NULL
    ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_remote_gone AFTER DELETE ON remote_contact
WHEN OLD.phone IS NOT NULL
  AND EXISTS (SELECT 1 FROM list_member WHERE phone = OLD.phone AND state <> 'adding')
  AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (OLD.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;

-- A member who got on just as the plan wanted it is no news; while they get on or off they are due by their state.
CREATE TRIGGER list_due_member_new AFTER INSERT ON list_member
WHEN NEW.state = 'on' AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (NEW.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_member AFTER UPDATE OF shard, contact_id, state, wants, ours ON list_member
WHEN NEW.state = 'on'
  AND (OLD.state IS NOT NEW.state OR OLD.wants IS NOT NEW.wants OR OLD.ours IS NOT NEW.ours OR OLD.shard IS NOT NEW.shard
    OR OLD.contact_id IS NOT NEW.contact_id)
  AND NOT (OLD.state = 'adding' AND NEW.wants = 'on' AND (NEW.contact_id IS NULL
    OR EXISTS (SELECT 1 FROM remote_contact r WHERE r.id = NEW.contact_id AND r.phone = NEW.phone)))
  AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (NEW.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_member_gone AFTER DELETE ON list_member
WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (OLD.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;

CREATE TRIGGER list_due_pin_new AFTER INSERT ON member_pin
WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (NEW.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_pin AFTER UPDATE OF what ON member_pin
WHEN OLD.what IS NOT NEW.what AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (NEW.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_pin_gone AFTER DELETE ON member_pin
WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (OLD.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;

-- Lists of sources: who is on one, and whose records claim which numbers. What claims a number is resolved anew when that changes.
CREATE TRIGGER list_due_claims AFTER DELETE ON dirty_phone
WHEN EXISTS (SELECT 1 FROM source_list_member) AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times) VALUES (OLD.phone, 1) ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_source_list_new AFTER INSERT ON source_list_member
WHEN NEW.counted = 1 AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times)
    SELECT phone, 1 FROM source_record WHERE source_id = NEW.source_id AND record_id = NEW.record_id AND phone IS NOT NULL
    UNION SELECT phone, 1 FROM further_phone WHERE source_id = NEW.source_id AND record_id = NEW.record_id
    ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_source_list AFTER UPDATE OF counted ON source_list_member
WHEN OLD.counted IS NOT NEW.counted AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times)
    SELECT phone, 1 FROM source_record WHERE source_id = NEW.source_id AND record_id = NEW.record_id AND phone IS NOT NULL
    UNION SELECT phone, 1 FROM further_phone WHERE source_id = NEW.source_id AND record_id = NEW.record_id
    ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
CREATE TRIGGER list_due_source_list_gone AFTER DELETE ON source_list_member
WHEN OLD.counted = 1 AND EXISTS (SELECT 1 FROM meta WHERE key = 'list_basis')
BEGIN
  INSERT INTO list_due (phone, times)
    SELECT phone, 1 FROM source_record WHERE source_id = OLD.source_id AND record_id = OLD.record_id AND phone IS NOT NULL
    UNION SELECT phone, 1 FROM further_phone WHERE source_id = OLD.source_id AND record_id = OLD.record_id
    ON CONFLICT (phone) DO UPDATE SET times = times + 1;
END;
