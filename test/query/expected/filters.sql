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

-- event with a star
action: SELECT id FROM action WHERE ((event_name LIKE ? ESCAPE '\' OR event_name LIKE ? ESCAPE '\' OR event_name_stem LIKE ? ESCAPE '\' OR event_name_stem LIKE ? ESCAPE '\') OR event_source COLLATE NOCASE IN (?, ?) AND (event_name LIKE ? ESCAPE '\' OR event_name_stem LIKE ? ESCAPE '\'))
-- ["put%","s3:%Object","put%","s3:%Object","s3","s3.amazonaws.com","%Object","%Object"]

-- event of a service
action: SELECT id FROM action WHERE ((event_name COLLATE NOCASE IN (?) OR event_name_stem COLLATE NOCASE IN (?)) OR event_source COLLATE NOCASE IN (?, ?) AND (event_name COLLATE NOCASE IN (?) OR event_name_stem COLLATE NOCASE IN (?)))
-- ["s3:GetObject","s3:GetObject","s3","s3.amazonaws.com","GetObject","GetObject"]

-- network
address: SELECT id FROM address WHERE in_network(source_ip_address, ?)
-- ["203.0.0.0/16"]

-- not these events
action: SELECT id FROM action WHERE NOT coalesce(((event_name COLLATE NOCASE IN (?) OR event_name LIKE ? ESCAPE '\' OR event_name_stem COLLATE NOCASE IN (?) OR event_name_stem LIKE ? ESCAPE '\') OR event_source COLLATE NOCASE IN (?, ?) AND (event_name COLLATE NOCASE IN (?) OR event_name_stem COLLATE NOCASE IN (?))), FALSE) AND NOT coalesce(event_source COLLATE NOCASE IN (?, ?), FALSE)
-- ["s3:PutObject","get%","s3:PutObject","get%","s3","s3.amazonaws.com","PutObject","PutObject","kms","kms.amazonaws.com"]

-- not from here
address: SELECT id FROM address WHERE NOT coalesce(in_network(source_ip_address, ?), FALSE)
-- ["203.0.113.0/24"]
place: SELECT id FROM place WHERE NOT coalesce(recipient_account_id IN (?), FALSE) AND NOT coalesce(aws_region COLLATE NOCASE IN (?), FALSE)
-- ["999988887777","eu-west-1"]

-- not these credentials
identity: SELECT id FROM identity WHERE NOT coalesce(access_key_id IN (?), FALSE) AND NOT coalesce(credential_class IN (?), FALSE)
-- ["AKIAALICE000EXAMPLE1","role-session"]

-- several
action: SELECT id FROM action WHERE (event_name COLLATE NOCASE IN (?) OR event_name_stem COLLATE NOCASE IN (?)) AND event_source COLLATE NOCASE IN (?, ?)
-- ["GetObject","GetObject","s3","s3.amazonaws.com"]
place: SELECT id FROM place WHERE recipient_account_id IN (?)
-- ["111122223333"]
