-- alone: resource+identity
SELECT id
  FROM (SELECT DISTINCT (x.id >> 14) AS id, x.event_time_ms AS ms
  FROM event_resource x INDEXED BY event_resource_by_resource
  WHERE x.resource_id IN (SELECT r.id
  FROM resource r
  WHERE r.arn = ?)
  UNION SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_identity
  WHERE e.identity_id IN (SELECT DISTINCT identity_id AS id
  FROM identity_name
  WHERE name = ? AND kind IN ('arn', 'role-arn', 'session-arn')))
  ORDER BY ms, id
-- ["arn:aws:iam::111122223333:role/service-role/Deploy","arn:aws:iam::111122223333:role/service-role/deploy"]

-- filtered page: resource+identity
SELECT id
  FROM (SELECT DISTINCT (x.id >> 14) AS id, x.event_time_ms AS ms
  FROM event_resource x INDEXED BY event_resource_by_resource CROSS JOIN event e ON e.id = (x.id >> 14)
  WHERE x.resource_id IN (SELECT r.id
  FROM resource r
  WHERE r.arn = ?) AND x.event_time_ms >= ? AND x.event_time_ms < ? AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?))
  UNION SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_identity
  WHERE e.identity_id IN (SELECT DISTINCT identity_id AS id
  FROM identity_name
  WHERE name = ? AND kind IN ('arn', 'role-arn', 'session-arn')) AND e.event_time_ms >= ? AND e.event_time_ms < ? AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?)))
  ORDER BY ms DESC, id DESC LIMIT ?
-- ["arn:aws:iam::111122223333:role/service-role/Deploy",1688947200000,1689033600000,"us-east-1","arn:aws:iam::111122223333:role/service-role/deploy",1688947200000,1689033600000,"us-east-1",50]

-- nearest: nearest resource+identity
SELECT id
  FROM (SELECT DISTINCT n.id AS id, n.event_time_ms AS ms
  FROM (SELECT r.id
  FROM resource r
  WHERE r.arn = ?) d CROSS JOIN event n ON n.id IN (SELECT (x.id >> 14)
  FROM event_resource x INDEXED BY event_resource_by_resource
  WHERE x.resource_id = d.id AND x.event_time_ms >= ? AND x.event_time_ms < ?
  ORDER BY x.event_time_ms, x.id LIMIT ?)
  UNION SELECT DISTINCT n.id AS id, n.event_time_ms AS ms
  FROM (SELECT DISTINCT identity_id AS id
  FROM identity_name
  WHERE name = ? AND kind IN ('arn', 'role-arn', 'session-arn')) d CROSS JOIN event n ON n.id IN (SELECT e.id
  FROM event e INDEXED BY event_by_identity
  WHERE e.identity_id = d.id AND e.event_time_ms >= ? AND e.event_time_ms < ?
  ORDER BY e.event_time_ms, e.id LIMIT ?))
  ORDER BY ms, id LIMIT ?
-- ["arn:aws:iam::111122223333:role/service-role/Deploy",1688947200000,1689033600000,16,"arn:aws:iam::111122223333:role/service-role/deploy",1688947200000,1689033600000,2,2]

-- early: first 100
SELECT e.id
  FROM (SELECT w.id
  FROM event w INDEXED BY event_by_time
  WHERE w.event_time_ms >= ? AND w.event_time_ms < ?
  ORDER BY w.event_time_ms, w.id LIMIT ?) f CROSS JOIN event e ON e.id = f.id
  WHERE (EXISTS (SELECT 1
  FROM event_resource x CROSS JOIN resource r ON r.id = x.resource_id
   
  WHERE x.id BETWEEN e.id << 14 AND (e.id << 14) + 16383 AND r.arn = ?) OR e.identity_id IN (SELECT DISTINCT identity_id AS id
  FROM identity_name
  WHERE name = ? AND kind IN ('arn', 'role-arn', 'session-arn')))
  ORDER BY e.event_time_ms, e.id LIMIT ?
-- [1688947200000,1689033600000,100,"arn:aws:iam::111122223333:role/service-role/Deploy","arn:aws:iam::111122223333:role/service-role/deploy",2]

-- walk: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ? AND (EXISTS (SELECT 1
  FROM event_resource x CROSS JOIN resource r ON r.id = x.resource_id
   
  WHERE x.id BETWEEN e.id << 14 AND (e.id << 14) + 16383 AND r.arn = ?) OR e.identity_id IN (SELECT DISTINCT identity_id AS id
  FROM identity_name
  WHERE name = ? AND kind IN ('arn', 'role-arn', 'session-arn'))))
  ORDER BY ms, id LIMIT ?
-- [1688947200000,1689033600000,"arn:aws:iam::111122223333:role/service-role/Deploy","arn:aws:iam::111122223333:role/service-role/deploy",2]
