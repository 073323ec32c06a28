-- alone: resource
SELECT id
  FROM (SELECT DISTINCT (x.id >> 14) AS id, x.event_time_ms AS ms
  FROM event_resource x INDEXED BY event_resource_by_resource
  WHERE x.resource_id IN (SELECT r.id
  FROM resource r
  WHERE r.name COLLATE NOCASE = ?
  UNION ALL SELECT r.id
  FROM resource r
  WHERE r.arn = ?
  UNION ALL SELECT r.id
  FROM resource r
  WHERE r.arn = ?
  UNION ALL SELECT r.id
  FROM resource r
  WHERE r.arn = ?))
  ORDER BY ms, id
-- ["i-0abc","arn:aws:s3:::I-0ABC","arn:aws-cn:s3:::I-0ABC","arn:aws-us-gov:s3:::I-0ABC"]

-- filtered page: resource
SELECT id
  FROM (SELECT DISTINCT (x.id >> 14) AS id, x.event_time_ms AS ms
  FROM event_resource x INDEXED BY event_resource_by_resource CROSS JOIN event e ON e.id = (x.id >> 14)
  WHERE x.resource_id IN (SELECT r.id
  FROM resource r
  WHERE r.name COLLATE NOCASE = ?
  UNION ALL SELECT r.id
  FROM resource r
  WHERE r.arn = ?
  UNION ALL SELECT r.id
  FROM resource r
  WHERE r.arn = ?
  UNION ALL SELECT r.id
  FROM resource r
  WHERE r.arn = ?) AND x.event_time_ms >= ? AND x.event_time_ms < ? AND e.place_id IN (SELECT id
  FROM place
  WHERE aws_region COLLATE NOCASE IN (?)))
  ORDER BY ms DESC, id DESC LIMIT ?
-- ["i-0abc","arn:aws:s3:::I-0ABC","arn:aws-cn:s3:::I-0ABC","arn:aws-us-gov:s3:::I-0ABC",1688947200000,1689033600000,"us-east-1",50]

-- nearest: nearest resource
SELECT id
  FROM (SELECT DISTINCT n.id AS id, n.event_time_ms AS ms
  FROM (SELECT r.id
  FROM resource r
  WHERE r.name COLLATE NOCASE = ?
  UNION ALL SELECT r.id
  FROM resource r
  WHERE r.arn = ?
  UNION ALL SELECT r.id
  FROM resource r
  WHERE r.arn = ?
  UNION ALL SELECT r.id
  FROM resource r
  WHERE r.arn = ?) d CROSS JOIN event n ON n.id IN (SELECT (x.id >> 14)
  FROM event_resource x INDEXED BY event_resource_by_resource
  WHERE x.resource_id = d.id AND x.event_time_ms >= ? AND x.event_time_ms < ?
  ORDER BY x.event_time_ms, x.id LIMIT ?))
  ORDER BY ms, id LIMIT ?
-- ["i-0abc","arn:aws:s3:::I-0ABC","arn:aws-cn:s3:::I-0ABC","arn:aws-us-gov:s3:::I-0ABC",1688947200000,1689033600000,16,2]

-- early: resource
SELECT id
  FROM (SELECT DISTINCT (x.id >> 14) AS id, x.event_time_ms AS ms
  FROM event_resource x INDEXED BY event_resource_by_resource
  WHERE x.resource_id IN (SELECT r.id
  FROM resource r
  WHERE r.name COLLATE NOCASE = ?
  UNION ALL SELECT r.id
  FROM resource r
  WHERE r.arn = ?
  UNION ALL SELECT r.id
  FROM resource r
  WHERE r.arn = ?
  UNION ALL SELECT r.id
  FROM resource r
  WHERE r.arn = ?) AND x.event_time_ms >= ? AND x.event_time_ms < ?)
  ORDER BY ms, id LIMIT ?
-- ["i-0abc","arn:aws:s3:::I-0ABC","arn:aws-cn:s3:::I-0ABC","arn:aws-us-gov:s3:::I-0ABC",1688947200000,1689033600000,2]

-- walk: time
SELECT id
  FROM (SELECT e.id AS id, e.event_time_ms AS ms
  FROM event e INDEXED BY event_by_time
  WHERE e.event_time_ms >= ? AND e.event_time_ms < ? AND EXISTS (SELECT 1
  FROM event_resource x CROSS JOIN resource r ON r.id = x.resource_id
   
  WHERE x.id BETWEEN e.id << 14 AND (e.id << 14) + 16383 AND (r.name COLLATE NOCASE = ? OR r.arn = ? OR r.arn = ? OR r.arn = ?)))
  ORDER BY ms, id LIMIT ?
-- [1688947200000,1689033600000,"i-0abc","arn:aws:s3:::I-0ABC","arn:aws-cn:s3:::I-0ABC","arn:aws-us-gov:s3:::I-0ABC",2]
