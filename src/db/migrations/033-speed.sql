-- Whether any row of a source could not be read is asked for each page.
CREATE INDEX rejection_bad ON rejection (source_id) WHERE slot = 'bad';

-- Names that the account has to know are asked for in each cycle, and most people have none.
CREATE INDEX contact_with_tags ON contact (phone) WHERE state = 'wanted' AND given_tags <> '[]';
CREATE INDEX contact_by_assignee ON contact (json_extract(fields, '$.assignee'))
  WHERE state = 'wanted' AND coalesce(json_extract(fields, '$.assignee'), '') <> '';
