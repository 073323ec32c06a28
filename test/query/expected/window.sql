-- alone: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time)
  ORDER BY ms, id
-- []

-- filtered page: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ? AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?)))
  ORDER BY ms DESC, id DESC LIMIT ?
-- [1688947200000,1689033600000,"us-east-1",50]

-- nearest: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ?)
  ORDER BY ms, id LIMIT ?
-- [1688947200000,1689033600000,2]

-- early: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ?)
  ORDER BY ms, id LIMIT ?
-- [1688947200000,1689033600000,2]

-- walk: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ?)
  ORDER BY ms, id LIMIT ?
-- [1688947200000,1689033600000,2]
