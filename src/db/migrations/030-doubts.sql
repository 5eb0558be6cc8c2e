-- Kept beside `scope`, which is the last that had a name: 1 while who reads the source does not say who it is.
ALTER TABLE source ADD COLUMN scope_silent INTEGER NOT NULL DEFAULT 0;
