/** Questions that tests share: at least one of each kind, and every filter. */
import { NOTHING_EXCLUDED } from '../../src/model/question.js'
import {
  NO_FILTERS,
  type Filters,
  type Question,
  type Subject,
  type TimeWindow,
} from '../../src/model/question.js'

export function ask(subject: Subject, filters: Partial<Filters> = {}, window: TimeWindow = {}): Question {
  return { ...subject, filters: { ...NO_FILTERS, ...filters }, window }
}

export const DAY: TimeWindow = {
  sinceMs: Date.parse('2023-07-10T00:00:00Z'),
  untilMs: Date.parse('2023-07-11T00:00:00Z'),
}

export const SUBJECTS: Readonly<Record<string, Subject>> = {
  request: { kind: 'request', value: '4KMY2V7X0C9RT1EH' },
  'principal by name': { kind: 'principal', value: 'Alice' },
  'principal by prefix': { kind: 'principal', value: 'arn:aws:sts::111122223333:assumed-role/Deploy/*' },
  'resource by bucket': { kind: 'resource', value: 'evidence' },
  'resource by key prefix': { kind: 'resource', value: 's3://evidence/Reports/*' },
  'resource by bare id': { kind: 'resource', value: 'I-0ABC' },
  'resource by ARN': { kind: 'resource', value: 'arn:aws:iam::111122223333:role/service-role/Deploy' },
  'resource by ARN prefix': { kind: 'resource', value: 'arn:aws:iam::*' },
  'text, one word': { kind: 'text', value: 'evidence', syntax: 'words' },
  'text, event ID': { kind: 'text', value: '00000000-aaaa-4000-8000-000000000005', syntax: 'words' },
  'text, time': { kind: 'text', value: '2023-07-10T11:45:00Z', syntax: 'words' },
  'text, shared value': { kind: 'text', value: 'AccessDenied', syntax: 'words' },
  'text, words': { kind: 'text', value: '"quick brown" evidence aws-cli', syntax: 'words' },
  'text, expression': { kind: 'text', value: '(qui* AND evidence) OR alice NOT fox', syntax: 'fts5' },
  window: { kind: 'window' },
}

export const FILTERS: Readonly<Record<string, Partial<Filters>>> = {
  none: {},
  event: { events: ['createfunction', 'PutObject'] },
  service: { services: ['s3', 'signin.amazonaws.com'] },
  account: { accounts: ['111122223333'] },
  region: { regions: ['US-EAST-1'] },
  'source IP': { sourceIps: ['203.0.113.7'] },
  'access key': { accessKeys: ['akiaalice000example1'] },
  credentials: { credentials: ['role-session', 'root-console'] },
  'any error': { errors: ['*'] },
  'error code': { errors: ['accessdenied'] },
  'write only': { writeOnly: true },
  'event with a star': { events: ['put*', 's3:*Object'] },
  'event of a service': { events: ['s3:GetObject'] },
  network: { sourceIps: ['203.0.0.0/16'] },
  'not these events': {
    except: { ...NOTHING_EXCLUDED, events: ['get*', 's3:PutObject'], services: ['kms'] },
  },
  'not from here': {
    except: {
      ...NOTHING_EXCLUDED,
      sourceIps: ['203.0.113.0/24'],
      regions: ['eu-west-1'],
      accounts: ['999988887777'],
    },
  },
  'not these credentials': {
    except: { ...NOTHING_EXCLUDED, credentials: ['role-session'], accessKeys: ['AKIAALICE000EXAMPLE1'] },
  },
  several: { events: ['GetObject'], accounts: ['111122223333'], writeOnly: false, services: ['s3'] },
}
