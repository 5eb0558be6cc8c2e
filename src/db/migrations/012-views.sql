-- The public read model, described in docs/sql.md. Views of v1 only ever gain columns, at their end; what would break a query becomes v2.
-- Instants are RFC 3339 text in UTC with milliseconds, yes and no are 1 and 0.

CREATE VIEW v1_contacts AS
SELECT
  c.phone AS phone,
  c.state AS state,
  c.source_id AS source,
  c.record_id AS record,
  c.claims AS claims,
  json_extract(c.fields, '$.first') AS first,
  json_extract(c.fields, '$.last') AS last,
  json_extract(c.fields, '$.displayName') AS display_name,
  json_extract(c.fields, '$.email') AS email,
  json_extract(c.fields, '$.assignee') AS assignee,
  json_extract(c.fields, '$.tags') AS tags,
  json_extract(c.fields, '$.custom') AS custom,
  EXISTS (SELECT 1 FROM remote_contact r WHERE r.phone = c.phone) AS in_heymarket,
  -- As in the diff: the contact that is linked, else the oldest of that number.
  coalesce(
    (SELECT l.contact_id FROM link l JOIN remote_contact x ON x.id = l.contact_id AND x.phone = c.phone WHERE l.phone = c.phone),
    (SELECT min(x.id) FROM remote_contact x WHERE x.phone = c.phone)
  ) AS heymarket_id,
  (SELECT l.origin FROM link l WHERE l.phone = c.phone) AS origin,
  EXISTS (SELECT 1 FROM consent k WHERE k.phone = c.phone AND k.state = 'opted_out') AS opted_out,
  EXISTS (SELECT 1 FROM held h WHERE h.phone = c.phone) AS held,
  (SELECT o.state FROM operation o WHERE o.phone = c.phone) AS operation,
  (SELECT strftime('%Y-%m-%dT%H:%M:%S', s.changed_at / 1000, 'unixepoch') || printf('.%03dZ', s.changed_at % 1000)
   FROM source_record s WHERE s.source_id = c.source_id AND s.record_id = c.record_id) AS changed_at
FROM contact c;

-- What waits in the outbox, and every attempt that was acked.
CREATE VIEW v1_operations AS
SELECT
  o.phone AS phone,
  o.kind AS kind,
  o.state AS state,
  o.cycle_id AS cycle,
  o.source_id AS source,
  CASE o.lane WHEN 0 THEN 'consent' WHEN 1 THEN 'interactive' WHEN 2 THEN 'incremental' WHEN 3 THEN 'backfill' ELSE 'scrub' END AS lane,
  o.attempts AS attempts,
  o.error_code AS error_code,
  o.error AS error,
  o.request_id AS request_id,
  json_extract(o.change, '$.fields') AS fields,
  strftime('%Y-%m-%dT%H:%M:%S', o.created_at / 1000, 'unixepoch') || printf('.%03dZ', o.created_at % 1000) AS at,
  CASE WHEN o.not_before > 0 THEN strftime('%Y-%m-%dT%H:%M:%S', o.not_before / 1000, 'unixepoch') || printf('.%03dZ', o.not_before % 1000) END AS next_try_at
FROM operation o
UNION ALL
SELECT
  a.phone, a.kind, a.outcome, a.cycle_id, (SELECT c.source_id FROM contact c WHERE c.phone = a.phone), NULL, NULL, NULL, NULL,
  a.request_id, NULL,
  strftime('%Y-%m-%dT%H:%M:%S', a.at / 1000, 'unixepoch') || printf('.%03dZ', a.at % 1000), NULL
FROM attempt a
WHERE a.outcome = 'acked';

CREATE VIEW v1_cycles AS
SELECT
  c.id AS cycle,
  c.mode AS mode,
  c.trigger AS started_by,
  c.status AS status,
  strftime('%Y-%m-%dT%H:%M:%S', c.started_at / 1000, 'unixepoch') || printf('.%03dZ', c.started_at % 1000) AS started_at,
  strftime('%Y-%m-%dT%H:%M:%S', c.finished_at / 1000, 'unixepoch') || printf('.%03dZ', c.finished_at % 1000) AS finished_at,
  (SELECT sum(json_extract(s.value, '$.read')) FROM json_each(c.report, '$.sources') s) AS records_read,
  (SELECT sum(json_extract(s.value, '$.unchanged')) FROM json_each(c.report, '$.sources') s) AS unchanged,
  (SELECT sum(json_extract(s.value, '$.accepted')) FROM json_each(c.report, '$.sources') s) AS accepted,
  (SELECT sum(json_extract(s.value, '$.rejected')) FROM json_each(c.report, '$.sources') s) AS rejected,
  (SELECT sum(json_extract(s.value, '$.filtered')) FROM json_each(c.report, '$.sources') s) AS filtered,
  (SELECT sum(json_extract(s.value, '$.deleted')) FROM json_each(c.report, '$.sources') s) AS deleted,
  (SELECT sum(json_extract(s.value, '$.gone')) FROM json_each(c.report, '$.sources') s) AS gone,
  json_extract(c.report, '$.plan.create') AS creates,
  json_extract(c.report, '$.plan.update') AS updates,
  json_extract(c.report, '$.plan.remove') AS removals,
  json_extract(c.report, '$.plan.listAdd') AS list_adds,
  json_extract(c.report, '$.plan.listRemove') AS list_removals,
  json_extract(c.report, '$.plan.held') AS held,
  json_extract(c.report, '$.push.acked') AS acked,
  json_extract(c.report, '$.push.retrying') AS retrying,
  json_extract(c.report, '$.push.deadLettered') AS dead_lettered,
  json_extract(c.report, '$.push.requests') AS requests,
  json_extract(c.error, '$.code') AS error_code,
  json_extract(c.error, '$.message') AS error
FROM cycle c;

CREATE VIEW v1_rejections AS
SELECT
  j.source_id AS source,
  nullif(j.record_id, '') AS record,
  j.place AS place,
  j.code AS code,
  j.field AS field,
  j.value AS value,
  j.message AS message,
  j.first_cycle AS first_cycle,
  strftime('%Y-%m-%dT%H:%M:%S', j.at / 1000, 'unixepoch') || printf('.%03dZ', j.at % 1000) AS at
FROM rejection j;

-- Owned fields that somebody changed in Heymarket, until both sides agree again.
CREATE VIEW v1_drift AS
SELECT
  d.phone AS phone,
  (SELECT v.heymarket_id FROM v1_contacts v WHERE v.phone = d.phone) AS heymarket_id,
  c.source_id AS source,
  c.record_id AS record,
  d.field AS field,
  d.expected AS expected,
  d.found AS found,
  d.outcome AS outcome,
  strftime('%Y-%m-%dT%H:%M:%S', d.first_seen_at / 1000, 'unixepoch') || printf('.%03dZ', d.first_seen_at % 1000) AS since
FROM drift d
LEFT JOIN contact c ON c.phone = d.phone;

-- One row for each number of which consent is known, with the step that counts.
CREATE VIEW v1_consent AS
SELECT
  k.phone AS phone,
  k.state AS state,
  strftime('%Y-%m-%dT%H:%M:%S', k.at / 1000, 'unixepoch') || printf('.%03dZ', k.at % 1000) AS since,
  (SELECT e.origin FROM consent_event e WHERE e.phone = k.phone AND e.state = k.state ORDER BY e.id DESC LIMIT 1) AS origin,
  (SELECT e.evidence FROM consent_event e WHERE e.phone = k.phone AND e.state = k.state ORDER BY e.id DESC LIMIT 1) AS evidence
FROM consent k;
