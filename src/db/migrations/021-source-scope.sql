-- Who read the source in the last pull that proved what is absent, and what they may see, as far as the source tells.
ALTER TABLE source ADD COLUMN scope TEXT;
