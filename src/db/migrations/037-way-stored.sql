-- JSON list: fields that one request for many was seen to keep, so that what later ones wrote may be read back with everything else.
ALTER TABLE way ADD COLUMN stored TEXT NOT NULL DEFAULT '[]';
