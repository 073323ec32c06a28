-- alone: identity+text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_identity
  WHERE e.identity_id IN (SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.id = v.rowid
  WHERE v.value_text MATCH ?
  UNION SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.caller_id = v.rowid
  WHERE v.value_text MATCH ?) AND ((e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?) AND EXISTS (SELECT 1
  FROM event_text t
  WHERE t.event_text MATCH ? AND t.rowid = e.id)) OR ((e.identity_id IN (SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.id = v.rowid
  WHERE v.value_text MATCH ?
  UNION SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.caller_id = v.rowid
  WHERE v.value_text MATCH ?) OR EXISTS (SELECT 1
  FROM event_text t
  WHERE t.event_text MATCH ? AND t.rowid = e.id)) AND NOT EXISTS (SELECT 1
  FROM event_text t
  WHERE t.event_text MATCH ? AND t.rowid = e.id)))
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND ((e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?) AND EXISTS (SELECT 1
  FROM event_text t
  WHERE t.event_text MATCH ? AND t.rowid = e.id)) OR ((e.identity_id IN (SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.id = v.rowid
  WHERE v.value_text MATCH ?
  UNION SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.caller_id = v.rowid
  WHERE v.value_text MATCH ?) OR EXISTS (SELECT 1
  FROM event_text t
  WHERE t.event_text MATCH ? AND t.rowid = e.id)) AND NOT EXISTS (SELECT 1
  FROM event_text t
  WHERE t.event_text MATCH ? AND t.rowid = e.id))) AND NOT e.identity_id IN (SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.id = v.rowid
  WHERE v.value_text MATCH ?
  UNION SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.caller_id = v.rowid
  WHERE v.value_text MATCH ?))
  ORDER BY ms, id
-- ["alice","alice","qui*","evidence","alice","alice","alice","fox","evidence OR alice","qui*","evidence","alice","alice","alice","fox","alice","alice"]

-- filtered page: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ? AND ((e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?) AND EXISTS (SELECT 1
  FROM event_text t
  WHERE t.event_text MATCH ? AND t.rowid = e.id)) OR ((e.identity_id IN (SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.id = v.rowid
  WHERE v.value_text MATCH ?
  UNION SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.caller_id = v.rowid
  WHERE v.value_text MATCH ?) OR EXISTS (SELECT 1
  FROM event_text t
  WHERE t.event_text MATCH ? AND t.rowid = e.id)) AND NOT EXISTS (SELECT 1
  FROM event_text t
  WHERE t.event_text MATCH ? AND t.rowid = e.id))) AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?)))
  ORDER BY ms DESC, id DESC LIMIT ?
-- [1688947200000,1689033600000,"qui*","evidence","alice","alice","alice","fox","us-east-1",50]

-- nearest: identity+text
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_identity
  WHERE e.identity_id IN (SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.id = v.rowid
  WHERE v.value_text MATCH ?
  UNION SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.caller_id = v.rowid
  WHERE v.value_text MATCH ?) AND e.event_time_ms >= ? AND e.event_time_ms < ? AND ((e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?) AND e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)) OR ((e.identity_id IN (SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.id = v.rowid
  WHERE v.value_text MATCH ?
  UNION SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.caller_id = v.rowid
  WHERE v.value_text MATCH ?) OR e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)) AND NOT e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)))
  UNION ALL SELECT e.id AS id, e.event_time_ms AS ms
  FROM event_text t CROSS JOIN event e ON e.id = t.rowid
  WHERE t.event_text MATCH ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND ((e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?) AND e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)) OR ((e.identity_id IN (SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.id = v.rowid
  WHERE v.value_text MATCH ?
  UNION SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.caller_id = v.rowid
  WHERE v.value_text MATCH ?) OR e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)) AND NOT e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?))) AND NOT e.identity_id IN (SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.id = v.rowid
  WHERE v.value_text MATCH ?
  UNION SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.caller_id = v.rowid
  WHERE v.value_text MATCH ?))
  ORDER BY ms, id LIMIT ?
-- ["alice","alice",1688947200000,1689033600000,"qui*","evidence","alice","alice","alice","fox","qui* OR alice",1688947200000,1689033600000,"qui*","evidence","alice","alice","alice","fox","alice","alice",2]

-- early: first 100
WITH run AS MATERIALIZED (SELECT value ->> 0 AS low, value ->> 1 AS high
  FROM json_each(?))
  SELECT e.id
  FROM (SELECT w.id
  FROM event w INDEXED BY event_by_time
  WHERE w.event_time_ms >= ? AND w.event_time_ms < ?
  ORDER BY w.event_time_ms, w.id LIMIT ?) f CROSS JOIN event e ON e.id = f.id
  WHERE ((f.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?) AND f.id IN (SELECT t.rowid
  FROM run CROSS JOIN event_text t
   
  WHERE t.event_text MATCH ? AND t.rowid BETWEEN run.low AND run.high)) OR ((e.identity_id IN (SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.id = v.rowid
  WHERE v.value_text MATCH ?
  UNION SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.caller_id = v.rowid
  WHERE v.value_text MATCH ?) OR f.id IN (SELECT t.rowid
  FROM run CROSS JOIN event_text t
   
  WHERE t.event_text MATCH ? AND t.rowid BETWEEN run.low AND run.high)) AND NOT f.id IN (SELECT t.rowid
  FROM run CROSS JOIN event_text t
   
  WHERE t.event_text MATCH ? AND t.rowid BETWEEN run.low AND run.high)))
  ORDER BY e.event_time_ms, e.id LIMIT ?
-- ["[[1,6]]",1688947200000,1689033600000,100,"qui*","evidence","alice","alice","alice","fox",2]

-- walk: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ? AND ((e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?) AND e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)) OR ((e.identity_id IN (SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.id = v.rowid
  WHERE v.value_text MATCH ?
  UNION SELECT d.id
  FROM value_text v CROSS JOIN session d ON d.caller_id = v.rowid
  WHERE v.value_text MATCH ?) OR e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?)) AND NOT e.id IN (SELECT t.rowid
  FROM event_text t
  WHERE t.event_text MATCH ?))))
  ORDER BY ms, id LIMIT ?
-- [1688947200000,1689033600000,"qui*","evidence","alice","alice","alice","fox",2]
