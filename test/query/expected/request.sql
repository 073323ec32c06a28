-- alone: request_id
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_request_id
  WHERE e.request_id = ?)
  ORDER BY ms, id
-- ["4KMY2V7X0C9RT1EH"]

-- filtered page: request_id
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_request_id
  WHERE e.request_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?)))
  ORDER BY ms DESC, id DESC LIMIT ?
-- ["4KMY2V7X0C9RT1EH",1688947200000,1689033600000,"us-east-1",50]

-- nearest: request_id
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_request_id
  WHERE e.request_id = ? AND e.event_time_ms >= ? AND e.event_time_ms < ?)
  ORDER BY ms, id LIMIT ?
-- ["4KMY2V7X0C9RT1EH",1688947200000,1689033600000,2]

-- early: first 100
SELECT e.id
  FROM (SELECT w.id
  FROM event w INDEXED BY event_by_time
  WHERE w.event_time_ms >= ? AND w.event_time_ms < ?
  ORDER BY w.event_time_ms, w.id LIMIT ?) f CROSS JOIN event e ON e.id = f.id
  WHERE e.request_id IS ?
  ORDER BY e.event_time_ms, e.id LIMIT ?
-- [1688947200000,1689033600000,100,"4KMY2V7X0C9RT1EH",2]

-- walk: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ? AND e.request_id IS ?)
  ORDER BY ms, id LIMIT ?
-- [1688947200000,1689033600000,"4KMY2V7X0C9RT1EH",2]
