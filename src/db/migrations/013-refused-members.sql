-- Why and since when a member of a list is refused, so that `failures` can say it.
ALTER TABLE list_member ADD COLUMN error_code TEXT;
ALTER TABLE list_member ADD COLUMN request_id TEXT;
ALTER TABLE list_member ADD COLUMN refused_at INTEGER;       -- milliseconds since 1970 in UTC
