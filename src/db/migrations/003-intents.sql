-- More of what is known of a message, in milliseconds since 1970.

-- When a scheduled message was taken back; asked for again it is another one.
ALTER TABLE intent ADD COLUMN cancelled_at INTEGER;
-- From here on the history may hold it.
ALTER TABLE intent_step ADD COLUMN first_attempted_at INTEGER;
-- The words that go out, also those of a template; NULL where only Heymarket knows them.
ALTER TABLE intent_step ADD COLUMN words TEXT;
CREATE INDEX intent_step_by_local_id ON intent_step (local_id);
