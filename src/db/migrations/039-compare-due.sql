-- Whose two sides are to be compared, so that a cycle costs what changed and not what there is. Whatever the comparison depends
-- on marks whoever it is about itself, in the transaction of the change. Marked is also who turns out to be in accord; nobody
-- who is not may be missing. A table that is made anew needs its triggers made anew.
CREATE TABLE compare_due (
  phone TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
INSERT INTO compare_due (phone) SELECT phone FROM contact WHERE state <> 'removed' ORDER BY phone;

CREATE TRIGGER compare_due_contact_new AFTER INSERT ON contact BEGIN
  INSERT INTO compare_due (phone) VALUES (NEW.phone) ON CONFLICT DO NOTHING;
END;
-- An empty settled_desired says that what is wanted was found equal: see src/sync/mirror/contacts.ts.
CREATE TRIGGER compare_due_contact AFTER UPDATE OF state, hash, settled_desired, settled_remote ON contact
WHEN NEW.settled_desired IS NOT x'' OR NEW.settled_remote IS NOT OLD.settled_remote OR NEW.state IS NOT OLD.state BEGIN
  INSERT INTO compare_due (phone) VALUES (NEW.phone) ON CONFLICT DO NOTHING;
END;

-- A contact that nobody wants need not be compared, and whoever comes to want it marks it.
CREATE TRIGGER compare_due_remote_new AFTER INSERT ON remote_contact
WHEN EXISTS (SELECT 1 FROM contact WHERE phone = NEW.phone) BEGIN
  INSERT INTO compare_due (phone) VALUES (NEW.phone) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER compare_due_remote AFTER UPDATE OF phone, hash ON remote_contact
WHEN NEW.hash IS NOT OLD.hash OR NEW.phone IS NOT OLD.phone BEGIN
  INSERT INTO compare_due (phone) SELECT phone FROM contact WHERE phone IN (OLD.phone, NEW.phone) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER compare_due_remote_gone AFTER DELETE ON remote_contact
WHEN EXISTS (SELECT 1 FROM contact WHERE phone = OLD.phone) BEGIN
  INSERT INTO compare_due (phone) VALUES (OLD.phone) ON CONFLICT DO NOTHING;
END;

-- Which of several contacts of one number stands for it.
CREATE TRIGGER compare_due_link_new AFTER INSERT ON link BEGIN
  INSERT INTO compare_due (phone) SELECT phone FROM contact WHERE phone = NEW.phone ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER compare_due_link AFTER UPDATE OF phone, contact_id ON link BEGIN
  INSERT INTO compare_due (phone) SELECT phone FROM contact WHERE phone IN (OLD.phone, NEW.phone) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER compare_due_link_gone AFTER DELETE ON link BEGIN
  INSERT INTO compare_due (phone) SELECT phone FROM contact WHERE phone = OLD.phone ON CONFLICT DO NOTHING;
END;
