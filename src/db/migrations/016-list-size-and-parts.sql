-- How many members a list showed when it was last read. Somebody may stand on two lists of one rule; list_member knows one
-- place of each person, so counting it tells too much room.
ALTER TABLE list ADD COLUMN shown_size INTEGER;              -- NULL until it was read
-- 1: the last full pull was read in parts, saw the source at several times, and so proved nobody absent. The next one does not
-- give way.
ALTER TABLE source ADD COLUMN in_parts INTEGER NOT NULL DEFAULT 0;
