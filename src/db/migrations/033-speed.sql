-- Whether any row of a source could not be read is asked for each page.
CREATE INDEX rejection_bad ON rejection (source_id) WHERE slot = 'bad';
