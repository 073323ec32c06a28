// Loads an archive into a DuckDB table and counts the rows: one peer run, in a process of its own.
// node duckdb-load.js VARIANT ARCHIVE_FOLDER THREADS [DATABASE_FILE]
// Plain JavaScript on purpose: no tsx in the measured process, and the root's type check needs no DuckDB.
import { DuckDBInstance } from '@duckdb/node-api'

/** Longest document: an archive file is one line, so all of it. DuckDB's default is 16 MB. */
const OBJECT_BYTES = 64 * 1024 * 1024

const COMMON = `format='auto', maximum_object_size=${OBJECT_BYTES}`

// The sixteen fields of every record and the usual others; what varies stays JSON.
const FIELDS = `STRUCT(eventVersion VARCHAR, userIdentity JSON, eventTime VARCHAR, eventSource VARCHAR, eventName VARCHAR,
  awsRegion VARCHAR, sourceIPAddress VARCHAR, userAgent VARCHAR, errorCode VARCHAR, errorMessage VARCHAR,
  requestParameters JSON, responseElements JSON, additionalEventData JSON, requestID VARCHAR, eventID VARCHAR,
  readOnly BOOLEAN, resources JSON, eventType VARCHAR, apiVersion VARCHAR, managementEvent BOOLEAN,
  recipientAccountId VARCHAR, sharedEventID VARCHAR, serviceEventDetails JSON, vpcEndpointId VARCHAR,
  eventCategory VARCHAR, tlsDetails JSON, sessionCredentialFromConsole VARCHAR)[]`

const VARIANTS = {
  // Each record as one JSON value: nothing is taken apart.
  json: (files) =>
    `SELECT unnest(Records) AS record FROM read_json('${files}', ${COMMON}, columns={Records: 'JSON[]'})`,
  // Named columns, the nested ones JSON: what one would query.
  columns: (files) =>
    `SELECT unnest(r) FROM (SELECT unnest(Records) AS r FROM read_json('${files}', ${COMMON}, columns={Records: '${FIELDS}'}))`,
  // DuckDB finds out the shape itself.
  auto: (files) =>
    `SELECT unnest(Records) AS record FROM read_json('${files}', ${COMMON}, union_by_name=true, sample_size=-1, maximum_depth=3)`,
}

const [variant, folder, threads, database = ':memory:'] = process.argv.slice(2)
const statement = VARIANTS[variant]
if (statement === undefined || folder === undefined || threads === undefined) {
  throw new Error('usage: node duckdb-load.js json|columns|auto ARCHIVE_FOLDER THREADS [DATABASE_FILE]')
}

const instance = await DuckDBInstance.create(database, {
  threads,
  preserve_insertion_order: 'false',
})
const connection = await instance.connect()
const files = `${folder.replaceAll("'", "''")}/**/*.json.gz`
const started = performance.now()
await connection.run(`CREATE TABLE t AS ${statement(files)}`)
if (database !== ':memory:') await connection.run('CHECKPOINT')
const seconds = (performance.now() - started) / 1000
const counted = await connection.runAndReadAll('SELECT count(*)::INTEGER, version() FROM t')
const [rows, version] = counted.getRows()[0]
console.log(JSON.stringify({ rows, version, seconds }))
connection.closeSync()
instance.closeSync()
