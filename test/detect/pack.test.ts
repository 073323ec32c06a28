/** Each built-in rule hits the records made for it, and not their near misses. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { RULES_DOC, rulesDocument } from '../../scripts/rules-doc.js'
import { detect } from '../../src/detect/detect.js'
import { loadRules, packFolder } from '../../src/detect/parse/load.js'
import { LEVELS } from '../../src/model/detection.js'
import { index, ROOT, tempFolder } from '../helpers/cli.js'
import { query } from '../helpers/cli-case.js'
import { BASE, makeCase, writeRules } from './made-case.js'

type Json = Record<string, unknown>
type Records = Record<string, Record<'hit' | 'miss', Json[]>>

const RECORDS = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'pack-records.json'), 'utf8'),
) as Records
const PACK = loadRules([packFolder()])

/** Each rule has callers, addresses and times of its own, so that correlations do not meet. */
function records(): Json[] {
  return Object.entries(RECORDS).flatMap(([name, kinds], number) =>
    (['hit', 'miss'] as const).flatMap((kind) =>
      kinds[kind].map(({ _s: second = 0, ...own }, at) => ({
        ...BASE,
        sourceIPAddress: `10.${number}.${kind === 'hit' ? 1 : 2}.7`,
        userIdentity: {
          ...(BASE['userIdentity'] as Json),
          arn: `arn:aws:iam::111122223333:user/${name}-${kind}`,
          accessKeyId: `AKIA${String(number).padStart(6, '0')}${kind.toUpperCase().padEnd(4, 'X')}00`,
        },
        eventTime: new Date(Date.UTC(2024, 0, 1) + Number(second) * 1000).toISOString().replace('.000', ''),
        ...own,
        eventID: `${name}-${kind}-${at}`,
      })),
    ),
  )
}

describe('the built-in rules', () => {
  it('are at least 90, whole, and each has records', () => {
    expect(PACK.refused).toEqual([])
    expect(PACK.notes).toEqual([])
    expect(PACK.rules.length).toBeGreaterThanOrEqual(90)
    expect(new Set(PACK.rules.map(({ id }) => id)).size).toBe(PACK.rules.length)
    expect(PACK.rules.map(({ name }) => name).sort()).toEqual(Object.keys(RECORDS).sort())
    for (const rule of PACK.rules) {
      expect(rule).toMatchObject({ author: 'coldtrail', license: 'MIT' })
      expect(LEVELS).toContain(rule.level)
      expect(rule.falsePositives.length).toBeGreaterThan(0)
      expect(
        rule.tags.some((tag) => /^attack\.t\d{4}/.test(tag)),
        rule.title,
      ).toBe(true)
    }
  })

  it('are described in docs/rules.md (npm run docs makes it anew)', async () => {
    expect(readFileSync(RULES_DOC, 'utf8')).toBe(await rulesDocument())
  })

  it('hit what they are made for and nothing near it, also those that are only part of correlations', async () => {
    const caseFile = await makeCase(records())
    const shown = writeRules(
      readdirSync(packFolder())
        .map((name) => readFileSync(path.join(packFolder(), name), 'utf8'))
        .join('---\n')
        .replaceAll('generate: false', 'generate: true'),
    )
    const report = await detect({
      casePath: caseFile,
      rulePaths: [shown],
      withPack: false,
      store: true,
      workers: 0,
      toolVersion: 'test',
    })
    const rows = query<{ place: string; name: string; event_id: string }>(
      caseFile,
      'SELECT r.name, e.event_id FROM detection_event d JOIN detection_rule r ON r.id = d.rule JOIN event e ON e.id = d.event_rowid',
    )
    const found = new Map<string, string[]>()
    for (const { name, event_id } of rows)
      if (event_id.startsWith(`${name}-`)) found.set(name, [...(found.get(name) ?? []), event_id])
    const wrong = Object.entries(RECORDS).flatMap(([name, { hit }]) => {
      const ids = found.get(name) ?? []
      const expected = PACK.rules.find((rule) => rule.name === name)?.kind === 'correlation' ? 1 : hit.length
      const hits = ids.filter((id) => id.startsWith(`${name}-hit-`)).length
      const misses = ids.filter((id) => id.startsWith(`${name}-miss-`))
      return hits >= expected && misses.length === 0 ? [] : [{ name, hits, misses }]
    })
    expect(wrong).toEqual([])
    expect(
      report.rules.filter(({ state }) => state !== 'hit').map(({ title, state }) => [title, state]),
    ).toEqual([])
  })
})

const REAL = path.join(ROOT, '../shared/data/invictus-cloudtrail')

/** What a technique of Stratus Red Team leaves in the data, in plain JavaScript. */
const byStratus = (record: Json): boolean => String(record['userAgent']).includes('stratus-red-team')
const calls =
  (...names: string[]) =>
  (record: Json) =>
    byStratus(record) && names.includes(String(record['eventName']))
const TECHNIQUES: readonly (readonly [technique: string, rule: string, events: (record: Json) => boolean])[] =
  [
    ['ec2-get-password-data', 'password_data_burst', calls('GetPasswordData')],
    ['ec2-enumerate-from-instance', 'ssm_command', calls('SendCommand')],
    ['secretsmanager-retrieve-secrets', 'secrets_in_number', (of) => of['eventName'] === 'GetSecretValue'],
    [
      'ec2-steal-instance-credentials',
      'instance_credentials_elsewhere',
      (of) =>
        JSON.stringify(of['userIdentity']).includes(
          'assumed-role/stratus-red-team-ec2-steal-credentials-role/i-',
        ),
    ],
    ['cloudtrail-delete', 'trail_deleted', (of) => of['eventName'] === 'DeleteTrail'],
    ['cloudtrail-stop', 'trail_stopped', calls('StopLogging')],
    ['cloudtrail-lifecycle-rule', 'short_lifecycle', calls('PutBucketLifecycle')],
    ['organizations-leave', 'organization_left', calls('LeaveOrganization')],
    ['vpc-remove-flow-logs', 'flow_logs_deleted', calls('DeleteFlowLogs')],
    [
      'ec2-launch-unusual-instances',
      'unusual_instances',
      (of) =>
        byStratus(of) &&
        of['eventName'] === 'RunInstances' &&
        JSON.stringify(of['requestParameters']).includes('"p2.'),
    ],
    [
      'ec2-share-ami',
      'image_shared',
      (of) => calls('ModifyImageAttribute')(of) && JSON.stringify(of).includes('"add"'),
    ],
    [
      'ec2-share-ebs-snapshot',
      'snapshot_shared',
      (of) => calls('ModifySnapshotAttribute')(of) && JSON.stringify(of).includes('"add"'),
    ],
    [
      'rds-share-snapshot',
      'rds_snapshot_shared',
      (of) => calls('ModifyDBSnapshotAttribute')(of) && JSON.stringify(of).includes('"valuesToAdd"'),
    ],
    ['iam-backdoor-user, iam-create-admin-user', 'key_for_other', calls('CreateAccessKey')],
    ['iam-create-user-login-profile', 'login_profile_made', calls('CreateLoginProfile')],
    ['lambda-backdoor-function', 'lambda_opened', calls('AddPermission20150331v2')],
    ['lambda-overwrite-code', 'lambda_code', calls('UpdateFunctionCode20150331v2')],
    ['rolesanywhere-create-trust-anchor', 'trust_anchor_made', calls('CreateTrustAnchor')],
    [
      'iam-create-admin-user',
      'admin_policy_attached',
      (of) =>
        JSON.stringify(of['requestParameters'] ?? null).includes('policy/AdministratorAccess"') &&
        /^Attach/.test(String(of['eventName'])),
    ],
    [
      'ec2-download-user-data',
      'user_data_burst',
      (of) =>
        byStratus(of) &&
        of['eventName'] === 'DescribeInstanceAttribute' &&
        typeof of['errorCode'] === 'string',
    ],
    [
      'cloudtrail-event-selectors',
      'event_selectors_narrowed',
      (of) =>
        calls('PutEventSelectors')(of) && JSON.stringify(of).includes('"includeManagementEvents":false'),
    ],
    [
      'console-login-without-mfa',
      'console_without_mfa',
      (of) => of['eventName'] === 'ConsoleLogin' && JSON.stringify(of).includes('"MFAUsed":"No"'),
    ],
    [
      'ec2-security-group-open-port-22-ingress',
      'security_group_world_admin',
      (of) =>
        calls('AuthorizeSecurityGroupIngress')(of) &&
        JSON.stringify(of['requestParameters']).includes('"fromPort":22,'),
    ],
    [
      's3-backdoor-bucket-policy',
      'bucket_policy_account',
      (of) =>
        calls('PutBucketPolicy')(of) && /"AWS":"arn:aws:iam::/.test(JSON.stringify(of['requestParameters'])),
    ],
    [
      'iam-backdoor-role',
      'trust_opened_to_account',
      (of) => calls('UpdateAssumeRolePolicy')(of) && JSON.stringify(of).includes('iam::193672423079'),
    ],
    [
      'ssm-retrieve-securestring-parameters',
      'parameters_in_number',
      (of) =>
        /^GetParameters?$/.test(String(of['eventName'])) &&
        JSON.stringify(of).includes('"withDecryption":true'),
    ],
  ]

describe.skipIf(!existsSync(REAL))('on published data of Stratus Red Team', () => {
  it('name each technique at level medium or above, and nothing of ordinary users at level high', async () => {
    const caseFile = path.join(tempFolder(), 'case.sqlite')
    await index([REAL], caseFile)
    await detect({
      casePath: caseFile,
      rulePaths: [],
      withPack: true,
      store: true,
      workers: 2,
      toolVersion: 'test',
    })
    const all = query<{ file: string }>(caseFile, 'SELECT path AS file FROM source').flatMap(({ file }) => {
      const text = readFileSync(file, 'utf8')
      return file.endsWith('.json') ? ((JSON.parse(text) as { Records?: Json[] }).Records ?? []) : []
    })
    const rows = query<{ name: string; level: string; event_id: string }>(
      caseFile,
      'SELECT DISTINCT r.name, r.level, e.event_id FROM detection_event d JOIN detection_rule r ON r.id = d.rule JOIN event e ON e.id = d.event_rowid',
    )
    for (const [technique, rule, events] of TECHNIQUES) {
      const ids = rows.filter(({ name }) => name === rule)
      expect(LEVELS.indexOf(ids[0]?.level as 'low'), technique).toBeGreaterThanOrEqual(
        LEVELS.indexOf('medium'),
      )
      const expected = all.filter(events).map((record) => String(record['eventID']))
      expect(expected.length, technique).toBeGreaterThan(0)
      expect(ids.map(({ event_id }) => event_id).sort(), technique).toEqual(expected.sort())
    }
    const severe = new Set(
      rows.filter(({ level }) => level === 'high' || level === 'critical').map(({ event_id }) => event_id),
    )
    const ordinary = all.filter(
      (of) =>
        /:user\/(?:bert-jan|benjamin)$/.test(String((of['userIdentity'] as Json)['arn'])) && !byStratus(of),
    )
    expect(ordinary.length).toBeGreaterThan(1000)
    expect(ordinary.filter((of) => severe.has(String(of['eventID']))).map((of) => of['eventName'])).toEqual(
      [],
    )
  })
})
