-- alone: event_id+request_id+outcome+text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_event_id
  WHERE e.event_id = ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_request_id
  WHERE e.request_id = ? AND NOT e.event_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_outcome
  WHERE e.outcome_id IN (SELECT d.id
  FROM value_text v CROSS JOIN outcome d ON d.id = v.rowid
  WHERE v.value_text MATCH ?) AND e.outcome_id <> 0 AND NOT e.event_id IS ? AND NOT e.request_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND NOT e.event_id IS ? AND NOT e.request_id IS ? AND NOT e.outcome_id IN (SELECT d.id
  FROM value_text v CROSS JOIN outcome d ON d.id = v.rowid
  WHERE v.value_text MATCH ?))
  ORDER BY ms, id
-- ["AccessDenied","AccessDenied","AccessDenied","\"AccessDenied\"","AccessDenied","AccessDenied","\"AccessDenied\"","AccessDenied","AccessDenied","\"AccessDenied\""]

-- filtered page: event_id+request_id+outcome+text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_event_id
  WHERE e.event_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?))
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_request_id
  WHERE e.request_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?)) AND NOT e.event_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_outcome
  WHERE e.outcome_id IN (SELECT d.id
  FROM value_text v CROSS JOIN outcome d ON d.id = v.rowid
  WHERE v.value_text MATCH ?) AND e.outcome_id <> 0 AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?)) AND NOT e.event_id IS ? AND NOT e.request_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?)) AND NOT e.event_id IS ? AND NOT e.request_id IS ? AND NOT e.outcome_id IN (SELECT d.id
  FROM value_text v CROSS JOIN outcome d ON d.id = v.rowid
  WHERE v.value_text MATCH ?))
  ORDER BY ms DESC, id DESC LIMIT ?
-- ["AccessDenied",1688947200000,1689033600000,"us-east-1","AccessDenied",1688947200000,1689033600000,"us-east-1","AccessDenied","\"AccessDenied\"",1688947200000,1689033600000,"us-east-1","AccessDenied","AccessDenied","\"AccessDenied\"",1688947200000,1689033600000,"us-east-1","AccessDenied","AccessDenied","\"AccessDenied\"",50]

-- nearest: event_id+request_id+outcome+text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_event_id
  WHERE e.event_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_request_id
  WHERE e.request_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND NOT e.event_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_outcome
  WHERE e.outcome_id IN (SELECT d.id
  FROM value_text v CROSS JOIN outcome d ON d.id = v.rowid
  WHERE v.value_text MATCH ?) AND e.outcome_id <> 0 AND e.event_time_ms >= ? AND e.event_time_ms < ? AND NOT e.event_id IS ? AND NOT e.request_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND NOT e.event_id IS ? AND NOT e.request_id IS ? AND NOT e.outcome_id IN (SELECT d.id
  FROM value_text v CROSS JOIN outcome d ON d.id = v.rowid
  WHERE v.value_text MATCH ?))
  ORDER BY ms, id LIMIT ?
-- ["AccessDenied",1688947200000,1689033600000,"AccessDenied",1688947200000,1689033600000,"AccessDenied","\"AccessDenied\"",1688947200000,1689033600000,"AccessDenied","AccessDenied","\"AccessDenied\"",1688947200000,1689033600000,"AccessDenied","AccessDenied","\"AccessDenied\"",2]

-- early: event_id+request_id+outcome+text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_event_id
  WHERE e.event_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_request_id
  WHERE e.request_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND NOT e.event_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_outcome
  WHERE e.outcome_id IN (SELECT d.id
  FROM value_text v CROSS JOIN outcome d ON d.id = v.rowid
  WHERE v.value_text MATCH ?) AND e.outcome_id <> 0 AND e.event_time_ms >= ? AND e.event_time_ms < ? AND NOT e.event_id IS ? AND NOT e.request_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND NOT e.event_id IS ? AND NOT e.request_id IS ? AND NOT e.outcome_id IN (SELECT d.id
  FROM value_text v CROSS JOIN outcome d ON d.id = v.rowid
  WHERE v.value_text MATCH ?))
  ORDER BY ms, id LIMIT ?
-- ["AccessDenied",1688947200000,1689033600000,"AccessDenied",1688947200000,1689033600000,"AccessDenied","\"AccessDenied\"",1688947200000,1689033600000,"AccessDenied","AccessDenied","\"AccessDenied\"",1688947200000,1689033600000,"AccessDenied","AccessDenied","\"AccessDenied\"",2]

-- walk: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ? AND (e.event_id IS ? OR e.request_id IS ? OR (e.outcome_id IN (SELECT d.id
  FROM value_text v CROSS JOIN outcome d ON d.id = v.rowid
  WHERE v.value_text MATCH ?) OR e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?))))
  ORDER BY ms, id LIMIT ?
-- [1688947200000,1689033600000,"AccessDenied","AccessDenied","\"AccessDenied\"","\"AccessDenied\"",2]
