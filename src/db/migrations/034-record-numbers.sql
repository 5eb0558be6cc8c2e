-- A small number for each record, by which a pull remembers that it showed it; NULL until one needs it.
ALTER TABLE source_record ADD COLUMN num INTEGER;
