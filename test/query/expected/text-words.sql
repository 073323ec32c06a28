-- alone: text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND (e.client_id IN (SELECT d.id
  FROM value_text v CROSS JOIN client d ON d.id = v.rowid
  WHERE v.value_text MATCH ?) OR e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)))
  ORDER BY ms, id
-- ["\"quick brown\" AND \"evidence\"","\"aws-cli\"","\"aws-cli\""]

-- filtered page: text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND (e.client_id IN (SELECT d.id
  FROM value_text v CROSS JOIN client d ON d.id = v.rowid
  WHERE v.value_text MATCH ?) OR e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)) AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?)))
  ORDER BY ms DESC, id DESC LIMIT ?
-- ["\"quick brown\" AND \"evidence\"",1688947200000,1689033600000,"\"aws-cli\"","\"aws-cli\"","us-east-1",50]

-- nearest: client+text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_client
  WHERE e.client_id IN (SELECT d.id
  FROM value_text v CROSS JOIN client d ON d.id = v.rowid
  WHERE v.value_text MATCH ?) AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?) AND NOT e.client_id IN (SELECT d.id
  FROM value_text v CROSS JOIN client d ON d.id = v.rowid
  WHERE v.value_text MATCH ?))
  ORDER BY ms, id LIMIT ?
-- ["\"aws-cli\"",1688947200000,1689033600000,"\"quick brown\" AND \"evidence\"","\"aws-cli\"",1688947200000,1689033600000,"\"quick brown\" AND \"evidence\"","\"aws-cli\"",2]

-- early: client+text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_client
  WHERE e.client_id IN (SELECT d.id
  FROM value_text v CROSS JOIN client d ON d.id = v.rowid
  WHERE v.value_text MATCH ?) AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?) AND NOT e.client_id IN (SELECT d.id
  FROM value_text v CROSS JOIN client d ON d.id = v.rowid
  WHERE v.value_text MATCH ?))
  ORDER BY ms, id LIMIT ?
-- ["\"aws-cli\"",1688947200000,1689033600000,"\"quick brown\" AND \"evidence\"","\"aws-cli\"",1688947200000,1689033600000,"\"quick brown\" AND \"evidence\"","\"aws-cli\"",2]

-- walk: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ? AND (e.client_id IN (SELECT d.id
  FROM value_text v CROSS JOIN client d ON d.id = v.rowid
  WHERE v.value_text MATCH ?) OR e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)) AND e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?))
  ORDER BY ms, id LIMIT ?
-- [1688947200000,1689033600000,"\"aws-cli\"","\"aws-cli\"","\"quick brown\" AND \"evidence\"",2]
