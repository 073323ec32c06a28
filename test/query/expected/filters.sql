-- none

-- event
action: SELECT id FROM action WHERE (event_name COLLATE NOCASE IN (?, ?) OR event_name_stem COLLATE NOCASE IN (?, ?))
-- ["createfunction","PutObject","createfunction","PutObject"]

-- service
action: SELECT id FROM action WHERE event_source COLLATE NOCASE IN (?, ?, ?)
-- ["s3","s3.amazonaws.com","signin.amazonaws.com"]

-- account
place: SELECT id FROM place WHERE recipient_account_id IN (?)
-- ["111122223333"]

-- region
place: SELECT id FROM place WHERE aws_region COLLATE NOCASE IN (?)
-- ["US-EAST-1"]

-- source IP
address: SELECT id FROM address WHERE source_ip_address IN (?)
-- ["203.0.113.7"]

-- access key
identity: SELECT id FROM identity WHERE access_key_id IN (?, ?)
-- ["akiaalice000example1","AKIAALICE000EXAMPLE1"]

-- credentials
identity: SELECT id FROM identity WHERE credential_class IN (?, ?)
-- ["role-session","root-console"]

-- any error
outcome: SELECT id FROM outcome WHERE failed = 1
-- []

-- error code
outcome: SELECT id FROM outcome WHERE error_code COLLATE NOCASE IN (?)
-- ["accessdenied"]

-- write only
action: SELECT id FROM action WHERE read_only IS NOT 1
-- []

-- several
action: SELECT id FROM action WHERE (event_name COLLATE NOCASE IN (?) OR event_name_stem COLLATE NOCASE IN (?)) AND event_source COLLATE NOCASE IN (?, ?)
-- ["GetObject","GetObject","s3","s3.amazonaws.com"]
place: SELECT id FROM place WHERE recipient_account_id IN (?)
-- ["111122223333"]
