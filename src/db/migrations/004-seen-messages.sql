-- Messages that a webhook told of, each once. Heymarket's history stays the truth; these say it sooner, and also where
-- the history cannot be read whole.

CREATE TABLE seen_message (
  id          INTEGER PRIMARY KEY,            -- Heymarket's
  sent_at     TEXT NOT NULL,                  -- instant key of its date, or of its arrival where it has none
  body        TEXT NOT NULL,                  -- JSON: the message as the client reads it
  received_at INTEGER NOT NULL                -- milliseconds since 1970
) STRICT;
CREATE INDEX seen_message_by_time ON seen_message (sent_at);
