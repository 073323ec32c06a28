-- alone: event_id+request_id+text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_event_id
  WHERE e.event_id = ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_request_id
  WHERE e.request_id = ? AND NOT e.event_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND NOT e.event_id IS ? AND NOT e.request_id IS ?)
  ORDER BY ms, id
-- ["00000000-aaaa-4000-8000-000000000005","00000000-aaaa-4000-8000-000000000005","00000000-aaaa-4000-8000-000000000005","\"00000000-aaaa-4000-8000-000000000005\"","00000000-aaaa-4000-8000-000000000005","00000000-aaaa-4000-8000-000000000005"]

-- filtered page: event_id+request_id+text
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
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?)) AND NOT e.event_id IS ? AND NOT e.request_id IS ?)
  ORDER BY ms DESC, id DESC LIMIT ?
-- ["00000000-aaaa-4000-8000-000000000005",1688947200000,1689033600000,"us-east-1","00000000-aaaa-4000-8000-000000000005",1688947200000,1689033600000,"us-east-1","00000000-aaaa-4000-8000-000000000005","\"00000000-aaaa-4000-8000-000000000005\"",1688947200000,1689033600000,"us-east-1","00000000-aaaa-4000-8000-000000000005","00000000-aaaa-4000-8000-000000000005",50]

-- nearest: event_id+request_id+text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_event_id
  WHERE e.event_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_request_id
  WHERE e.request_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND NOT e.event_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND NOT e.event_id IS ? AND NOT e.request_id IS ?)
  ORDER BY ms, id LIMIT ?
-- ["00000000-aaaa-4000-8000-000000000005",1688947200000,1689033600000,"00000000-aaaa-4000-8000-000000000005",1688947200000,1689033600000,"00000000-aaaa-4000-8000-000000000005","\"00000000-aaaa-4000-8000-000000000005\"",1688947200000,1689033600000,"00000000-aaaa-4000-8000-000000000005","00000000-aaaa-4000-8000-000000000005",2]

-- early: event_id+request_id+text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_event_id
  WHERE e.event_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_request_id
  WHERE e.request_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND NOT e.event_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND NOT e.event_id IS ? AND NOT e.request_id IS ?)
  ORDER BY ms, id LIMIT ?
-- ["00000000-aaaa-4000-8000-000000000005",1688947200000,1689033600000,"00000000-aaaa-4000-8000-000000000005",1688947200000,1689033600000,"00000000-aaaa-4000-8000-000000000005","\"00000000-aaaa-4000-8000-000000000005\"",1688947200000,1689033600000,"00000000-aaaa-4000-8000-000000000005","00000000-aaaa-4000-8000-000000000005",2]

-- walk: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ? AND (e.event_id IS ? OR e.request_id IS ? OR e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)))
  ORDER BY ms, id LIMIT ?
-- [1688947200000,1689033600000,"00000000-aaaa-4000-8000-000000000005","00000000-aaaa-4000-8000-000000000005","\"00000000-aaaa-4000-8000-000000000005\"",2]
