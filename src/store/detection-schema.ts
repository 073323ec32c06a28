/** Tables that `coldtrail detect` adds to a case when it has something to store, and their views. */
import { RULE_STATES } from '../model/detection.js'
import { int, text, type TableSpec } from './column-spec.js'
import type { Connection } from './connection.js'
import { describeTable } from './describe-table.js'
import { createTable } from './schema.js'
import { isoSeconds } from './views.js'

export const DETECTION: TableSpec = {
  name: 'detection',
  meaning: 'The last run of rules over the case (coldtrail detect).',
  columns: [
    int('id', 'Number', 'PRIMARY KEY'),
    text('started', 'UTC', 'NOT NULL'),
    text('finished', 'UTC', 'NOT NULL'),
    text('tool_version', 'Version of coldtrail', 'NOT NULL'),
    text('rules_given', 'JSON array: files and folders of rules that were named', 'NOT NULL'),
    int('last_run', 'runs.id of the last index run then: events of later runs were not looked at'),
    text('notes', 'JSON array of sentences: what limits the result', 'NOT NULL'),
    text('row_hash', 'SHA-256 over the columns above and the rows of the other tables of the detection'),
  ],
}

export const DETECTION_RULE: TableSpec = {
  name: 'detection_rule',
  meaning: 'Each rule of the last detection, and what became of it. Read it through the view rules.',
  columns: [
    int('id', 'Number', 'PRIMARY KEY'),
    text('rule_id', 'id of the rule'),
    text('name', 'name of the rule'),
    text('title', 'Title', 'NOT NULL'),
    text('author', 'Author'),
    text('level', 'informational, low, medium, high, critical'),
    text('status', 'Status of the rule'),
    text('license', 'Licence of the rule'),
    text('description', 'Description'),
    text('reference_list', 'JSON array', 'NOT NULL'),
    text('false_positives', 'JSON array', 'NOT NULL'),
    text('tags', 'JSON array', 'NOT NULL'),
    text('place', 'File, and number of the document in it', 'NOT NULL'),
    text('sha256', 'SHA-256 of the text of the rule', 'NOT NULL'),
    text('kind', 'detection, correlation, filter, refused', 'NOT NULL'),
    text('state', 'A closed list, described in the rows =value', 'NOT NULL'),
    text('reason', 'Why it was not evaluated or cannot hit; what limits its result'),
    int('hits', 'Events of a detection, groups of events of a correlation', 'NOT NULL'),
    int('events', 'Distinct events', 'NOT NULL'),
    int('principals', 'Distinct principals', 'NOT NULL'),
    int('first_ms', 'Time of the first event, ms since 1970 UTC'),
    int('last_ms', 'Time of the last event'),
  ],
}

export const DETECTION_HIT: TableSpec = {
  name: 'detection_hit',
  meaning: 'Each hit of a correlation. Read it through the view hits.',
  columns: [
    int('rule', 'detection_rule.id', 'NOT NULL'),
    int('hit', 'Number within the rule', 'NOT NULL'),
    int('first_ms', 'Time of the first event'),
    int('last_ms', 'Time of the last event'),
    text('group_by', 'JSON object: the fields of group-by and their values', 'NOT NULL'),
    int('value', 'What was counted, at its highest; rounded down'),
  ],
  primaryKey: 'rule, hit',
  withoutRowid: true,
}

export const DETECTION_EVENT: TableSpec = {
  name: 'detection_event',
  meaning: 'The events of each hit. Read it through the view hit_events.',
  columns: [
    int('rule', 'detection_rule.id', 'NOT NULL'),
    int('hit', 'Number within the rule; of a detection event.id: each event is a hit', 'NOT NULL'),
    int('event_rowid', 'event.id', 'NOT NULL'),
  ],
  primaryKey: 'rule, hit, event_rowid',
  withoutRowid: true,
}

export const DETECTION_TABLES: readonly TableSpec[] = [
  DETECTION,
  DETECTION_RULE,
  DETECTION_HIT,
  DETECTION_EVENT,
]

const RULE_COLUMNS = 'r.id AS rule, r.rule_id, r.title, r.level, r.author'

export const DETECTION_VIEWS: readonly {
  readonly name: string
  readonly meaning: string
  readonly sql: string
}[] = [
  {
    name: 'rules',
    meaning: 'Each rule of the last detection with its hits.',
    sql: `SELECT ${RULE_COLUMNS}, r.state, r.reason, r.hits, r.events, r.principals,
  ${isoSeconds('r.first_ms')} AS first_seen, ${isoSeconds('r.last_ms')} AS last_seen, r.tags, r.status, r.license, r.description,
  r.reference_list, r.false_positives, r.place, r.sha256, r.kind FROM detection_rule r`,
  },
  {
    name: 'hits',
    meaning: 'Each hit: an event of a detection, a group of events of a correlation.',
    sql: `SELECT ${RULE_COLUMNS}, d.hit, ${isoSeconds('e.event_time_ms')} AS first_seen, ${isoSeconds('e.event_time_ms')} AS last_seen,
  1 AS events, NULL AS group_by, NULL AS value
  FROM detection_event d JOIN detection_rule r ON r.id = d.rule JOIN event e ON e.id = d.event_rowid
  WHERE r.kind = 'detection'
  UNION ALL
  SELECT ${RULE_COLUMNS}, h.hit, ${isoSeconds('h.first_ms')}, ${isoSeconds('h.last_ms')},
  (SELECT count(*) FROM detection_event d WHERE d.rule = h.rule AND d.hit = h.hit), h.group_by, h.value
  FROM detection_hit h JOIN detection_rule r ON r.id = h.rule`,
  },
  {
    name: 'hit_events',
    meaning: 'The events of each hit.',
    sql: `SELECT ${RULE_COLUMNS}, d.hit, v.* FROM detection_event d JOIN detection_rule r ON r.id = d.rule
  JOIN events v ON v.event_rowid = d.event_rowid`,
  },
]

const BY_EVENT = 'CREATE INDEX IF NOT EXISTS detection_event_by_event ON detection_event (event_rowid)'

export function createDetectionTables(db: Connection): void {
  db.transaction(() => {
    for (const table of DETECTION_TABLES) {
      db.exec(createTable(table, 'main.').replace('CREATE TABLE main.', 'CREATE TABLE IF NOT EXISTS main.'))
      describeTable(db, table, table === DETECTION_RULE ? RULE_STATES : {})
    }
    for (const { name, sql, meaning } of DETECTION_VIEWS) {
      db.exec(`CREATE VIEW IF NOT EXISTS main.${name} AS ${sql}`)
      describeTable(db, { name, meaning, columns: [] })
    }
    db.exec(BY_EVENT.replace('EXISTS ', 'EXISTS main.'))
  })()
}
