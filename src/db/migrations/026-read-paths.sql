-- What the admin API asks again and again, answered from indexes also where there are a million contacts.

CREATE INDEX source_record_by_state ON source_record (source_id, state);
CREATE INDEX contact_shared ON contact (phone) WHERE state = 'wanted' AND claims > 1;
-- People by the beginning of a name, in lower case as far as SQLite knows letters.
CREATE INDEX contact_by_first ON contact (lower(json_extract(fields, '$.first')), phone);
CREATE INDEX contact_by_last ON contact (lower(json_extract(fields, '$.last')), phone);
CREATE INDEX operation_tried ON operation (id) WHERE attempts > 0;
CREATE INDEX attempt_acked ON attempt (at) WHERE outcome = 'acked';
CREATE INDEX rejection_by_code ON rejection (code);

-- Requests to Heymarket in equal parts of time: request_slot forgets them after two minutes.
CREATE TABLE request_count (
  part INTEGER PRIMARY KEY,                   -- when it began, in milliseconds since 1970
  n    INTEGER NOT NULL
) STRICT;
