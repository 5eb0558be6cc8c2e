-- Kept beside `scope`, which is the last that had a name: 1 while who reads the source does not say who it is.
ALTER TABLE source ADD COLUMN scope_silent INTEGER NOT NULL DEFAULT 0;

-- How often in a row the pull that is gone on with failed at pull_position.
ALTER TABLE source ADD COLUMN pull_failures INTEGER NOT NULL DEFAULT 0;

-- The last reading of the whole list, where it showed nobody or far fewer and is not believed; NULL where there is no such doubt.
ALTER TABLE source_list RENAME COLUMN empty_pull TO doubted_pull;
-- How many it showed when somebody was told of the doubt; NULL until then.
ALTER TABLE source_list ADD COLUMN doubt_said INTEGER;
