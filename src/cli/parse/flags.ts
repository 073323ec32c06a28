/** Flags shared by several commands. */
import * as Flags from '@oclif/core/flags'
import { LEVELS } from '../../model/detection.js'
import { CREDENTIAL_NAMES } from '../../query/find/filters.js'
import { ROW_KINDS } from '../../model/event.js'
import { FORMATS } from '../../render/format.js'

const several = { multiple: true, multipleNonGreedy: true } as const

const TIME = 'TIME'

export const ruleFlags = {
  rule: Flags.string({
    description:
      'Only events of hits of this rule: its id, name or title; titles may have *. See coldtrail hits.',
    helpValue: 'ID|TITLE*',
    helpGroup: 'FILTER',
    ...several,
  }),
  'min-level': Flags.option({
    description: 'Only events of hits of rules of this level or above.',
    options: LEVELS,
    helpGroup: 'FILTER',
  })(),
}

function negative(what: string, helpValue: string) {
  return Flags.string({ description: `Leave out ${what}.`, helpValue, helpGroup: 'FILTER', ...several })
}

/** Each leaves out what the filter of the same name selects. */
const negativeFlags = {
  'not-event': negative('events of this name', 'NAME'),
  'not-service': negative('events of this service', 'NAME'),
  'not-account': negative('events of this account', 'ID'),
  'not-region': negative('events of this region', 'REGION'),
  'not-source-ip': negative('requests from this address or network', 'ADDRESS'),
  'not-access-key': negative('requests that this key signed', 'KEY'),
  'not-credentials': Flags.string({
    description: 'Leave out requests with this kind of credentials.',
    options: [...CREDENTIAL_NAMES],
    helpValue: 'CLASS',
    helpGroup: 'FILTER',
    ...several,
  }),
}

export const filterFlags = {
  ...ruleFlags,
  since: Flags.string({
    description:
      'Only events at or after this time: 2023-07-10, 2023-07-10T11:42:00Z, or 7d, 2h, 30m back from the newest event in the case. UTC unless the time has an offset.',
    helpValue: TIME,
    helpGroup: 'FILTER',
  }),
  until: Flags.string({
    description: 'Only events before this time; a bare date is the start of that day.',
    helpValue: TIME,
    helpGroup: 'FILTER',
  }),
  event: Flags.string({
    description:
      'Event name in any case, also as kms:Decrypt or "Delete*"; CreateFunction also finds CreateFunction20150331. May repeat, like every filter.',
    helpValue: 'NAME',
    helpGroup: 'FILTER',
    ...several,
  }),
  service: Flags.string({
    description: 'Service: s3 or s3.amazonaws.com.',
    helpValue: 'NAME',
    helpGroup: 'FILTER',
    ...several,
  }),
  account: Flags.string({
    description: 'Account whose trail received the record.',
    helpValue: 'ID',
    helpGroup: 'FILTER',
    ...several,
  }),
  region: Flags.string({ description: 'AWS region.', helpValue: 'REGION', helpGroup: 'FILTER', ...several }),
  'source-ip': Flags.string({
    description:
      'Source address as recorded, an address or the name of a service, or a network such as 203.0.113.0/24 or 2001:db8::/32.',
    helpValue: 'ADDRESS',
    helpGroup: 'FILTER',
    ...several,
  }),
  'access-key': Flags.string({
    description: 'Access key that signed the request.',
    helpValue: 'KEY',
    helpGroup: 'FILTER',
    ...several,
  }),
  credentials: Flags.string({
    description: 'Kind of credentials used: a class, or a group of classes (see docs/cli.md).',
    options: [...CREDENTIAL_NAMES],
    helpValue: 'CLASS',
    helpGroup: 'FILTER',
    ...several,
  }),
  error: Flags.string({
    description: 'Only failed requests; --error=CODE only those with this error code. The = is needed.',
    helpValue: '[CODE]',
    helpGroup: 'FILTER',
    ...several,
  }),
  'write-only': Flags.boolean({
    description: 'Exclude events with readOnly=true (AWS marks AssumeRole as read-only).',
    helpGroup: 'FILTER',
  }),
  failed: Flags.boolean({
    description: 'Only requests that failed, sign-ins included.',
    helpGroup: 'FILTER',
  }),
  denied: Flags.boolean({
    description:
      'Only requests that the caller lacked permission for, in any spelling: AccessDenied, UnauthorizedOperation and others.',
    helpGroup: 'FILTER',
  }),
  console: Flags.boolean({
    description: 'Only requests made by hand in the console.',
    helpGroup: 'FILTER',
  }),
  'no-mfa': Flags.boolean({
    description:
      'Only sign-ins and sessions of IAM users and root that were surely without MFA; of federated users and roles AWS cannot know.',
    helpGroup: 'FILTER',
  }),
  ...negativeFlags,
}

export const findFlags = {
  ...filterFlags,
  around: Flags.string({
    description:
      'Only events around an event or a time, as in --around EVENT_ID ±10m; 10 minutes either way by default.',
    helpValue: 'EVENT_ID',
    helpGroup: 'FILTER',
    exclusive: ['since', 'until', 'between'],
  }),
  between: Flags.string({
    description: 'Only events between two events or times, both included: A..B.',
    helpValue: 'A..B',
    helpGroup: 'FILTER',
    exclusive: ['since', 'until'],
  }),
  kind: Flags.string({
    description:
      'Only rows of this kind: events, lines of S3 server access logs, counts of aggregated events; default: all.',
    options: [...ROW_KINDS],
    helpValue: 'KIND',
    helpGroup: 'FILTER',
    ...several,
  }),
  format: Flags.option({
    description: 'Output format. A table shows 200 events by default; the others show all.',
    options: FORMATS,
    default: 'table' as const,
    helpGroup: 'OUTPUT',
  })(),
  columns: Flags.string({
    description:
      'Columns to show, in this order, as in event_time,event_name,user_agent. Lines of access logs also have bucket, object_key, http_status and more.',
    helpValue: 'a,b,c',
    helpGroup: 'OUTPUT',
  }),
  limit: Flags.integer({
    description: 'Show at most N events.',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    helpValue: 'N',
    helpGroup: 'OUTPUT',
  }),
  order: Flags.option({
    description: 'Oldest first or newest first.',
    options: ['asc', 'desc'] as const,
    default: 'asc' as const,
    helpGroup: 'OUTPUT',
  })(),
  records: Flags.boolean({
    description: 'Add the exact text of each record; with --format jsonl or json.',
    helpGroup: 'OUTPUT',
  }),
}
