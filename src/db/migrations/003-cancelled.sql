-- A scheduled message that was taken back, in milliseconds since 1970; asked for again it is another one.

ALTER TABLE intent ADD COLUMN cancelled_at INTEGER;
