-- The last pull that showed any part of the list.
ALTER TABLE source_list ADD COLUMN seen_pull INTEGER NOT NULL DEFAULT 0;
-- The last reading of the whole list, where it showed nobody and is not believed; NULL where there is no such doubt.
ALTER TABLE source_list ADD COLUMN empty_pull INTEGER;
