-- How many members a list showed when it was last read. Somebody may stand on two lists of one rule; list_member knows one
-- place of each person, so counting it tells too much room.
ALTER TABLE list ADD COLUMN shown_size INTEGER;              -- NULL until it was read
