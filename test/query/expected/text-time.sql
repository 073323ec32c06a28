-- alone: event_id+request_id+event_time_ms+text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_event_id
  WHERE e.event_id = ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_request_id
  WHERE e.request_id = ? AND NOT e.event_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms = ? AND NOT e.event_id IS ? AND NOT e.request_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND NOT e.event_id IS ? AND NOT e.request_id IS ? AND NOT e.event_time_ms IS ?)
  ORDER BY ms, id
-- ["2023-07-10T11:45:00Z","2023-07-10T11:45:00Z","2023-07-10T11:45:00Z",1688989500000,"2023-07-10T11:45:00Z","2023-07-10T11:45:00Z","\"2023-07-10T11:45:00Z\"","2023-07-10T11:45:00Z","2023-07-10T11:45:00Z",1688989500000]

-- filtered page: event_id+request_id+event_time_ms+text
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
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms = ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?)) AND NOT e.event_id IS ? AND NOT e.request_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?)) AND NOT e.event_id IS ? AND NOT e.request_id IS ? AND NOT e.event_time_ms IS ?)
  ORDER BY ms DESC, id DESC LIMIT ?
-- ["2023-07-10T11:45:00Z",1688947200000,1689033600000,"us-east-1","2023-07-10T11:45:00Z",1688947200000,1689033600000,"us-east-1","2023-07-10T11:45:00Z",1688989500000,1688947200000,1689033600000,"us-east-1","2023-07-10T11:45:00Z","2023-07-10T11:45:00Z","\"2023-07-10T11:45:00Z\"",1688947200000,1689033600000,"us-east-1","2023-07-10T11:45:00Z","2023-07-10T11:45:00Z",1688989500000,50]

-- nearest: event_id+request_id+event_time_ms+text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_event_id
  WHERE e.event_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_request_id
  WHERE e.request_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND NOT e.event_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms = ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND NOT e.event_id IS ? AND NOT e.request_id IS ?
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND NOT e.event_id IS ? AND NOT e.request_id IS ? AND NOT e.event_time_ms IS ?)
  ORDER BY ms, id LIMIT ?
-- ["2023-07-10T11:45:00Z",1688947200000,1689033600000,"2023-07-10T11:45:00Z",1688947200000,1689033600000,"2023-07-10T11:45:00Z",1688989500000,1688947200000,1689033600000,"2023-07-10T11:45:00Z","2023-07-10T11:45:00Z","\"2023-07-10T11:45:00Z\"",1688947200000,1689033600000,"2023-07-10T11:45:00Z","2023-07-10T11:45:00Z",1688989500000,2]

-- early: first 100
WITH run AS MATERIALIZED (SELECT value ->> 0 AS low, value ->> 1 AS high
  FROM json_each(?))
  SELECT e.id
  FROM (SELECT w.id
  FROM event w INDEXED BY event_by_time
  WHERE w.event_time_ms >= ? AND w.event_time_ms < ?
  ORDER BY w.event_time_ms, w.id LIMIT ?) f CROSS JOIN event e ON e.id = f.id
  WHERE (f.id IN (SELECT c.id
  FROM event c
  WHERE c.event_id = ?) OR f.id IN (SELECT c.id
  FROM event c
  WHERE c.request_id = ?) OR f.id IN (SELECT c.id
  FROM event c
  WHERE c.event_time_ms = ?) OR f.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?))
  ORDER BY e.event_time_ms, e.id LIMIT ?
-- ["[[1,6]]",1688947200000,1689033600000,100,"2023-07-10T11:45:00Z","2023-07-10T11:45:00Z",1688989500000,"\"2023-07-10T11:45:00Z\"",2]

-- walk: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ? AND (e.event_id IS ? OR e.request_id IS ? OR e.event_time_ms IS ? OR e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)))
  ORDER BY ms, id LIMIT ?
-- [1688947200000,1689033600000,"2023-07-10T11:45:00Z","2023-07-10T11:45:00Z",1688989500000,"\"2023-07-10T11:45:00Z\"",2]
