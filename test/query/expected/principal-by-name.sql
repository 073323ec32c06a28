-- alone: identity
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_identity
  WHERE e.identity_id IN (SELECT DISTINCT identity_id AS id
  FROM identity_name
  WHERE name = ?))
  ORDER BY ms, id
-- ["alice"]

-- filtered page: identity
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_identity
  WHERE e.identity_id IN (SELECT DISTINCT identity_id AS id
  FROM identity_name
  WHERE name = ?) AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?)))
  ORDER BY ms DESC, id DESC LIMIT ?
-- ["alice",1688947200000,1689033600000,"us-east-1",50]

-- nearest: nearest identity
SELECT id
  FROM (SELECT DISTINCT n.id AS id, n.event_time_ms AS ms
  FROM (SELECT DISTINCT identity_id AS id
  FROM identity_name
  WHERE name = ?) d CROSS JOIN event n ON n.id IN (SELECT e.id
  FROM event e INDEXED BY event_by_identity
  WHERE e.identity_id = d.id AND e.event_time_ms >= ? AND e.event_time_ms < ?
  ORDER BY e.event_time_ms, e.id LIMIT ?))
  ORDER BY ms, id LIMIT ?
-- ["alice",1688947200000,1689033600000,2,2]

-- early: first 100
SELECT e.id
  FROM (SELECT w.id
  FROM event w INDEXED BY event_by_time
  WHERE w.event_time_ms >= ? AND w.event_time_ms < ?
  ORDER BY w.event_time_ms, w.id LIMIT ?) f CROSS JOIN event e ON e.id = f.id
  WHERE e.identity_id IN (SELECT DISTINCT identity_id AS id
  FROM identity_name
  WHERE name = ?)
  ORDER BY e.event_time_ms, e.id LIMIT ?
-- [1688947200000,1689033600000,100,"alice",2]

-- walk: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ? AND e.identity_id IN (SELECT DISTINCT identity_id AS id
  FROM identity_name
  WHERE name = ?))
  ORDER BY ms, id LIMIT ?
-- [1688947200000,1689033600000,"alice",2]
