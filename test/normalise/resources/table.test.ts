import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ResourceRef } from '../../../src/model/resource.js'
import { readArn } from '../../../src/normalise/resources/arns.js'
import { BY_PREFIX } from '../../../src/normalise/resources/ids.js'
import { Kind, type RecordContext } from '../../../src/normalise/resources/kind.js'
import { Rule, type Parameters, type Service } from '../../../src/normalise/resources/service.js'
import { GENERAL, SERVICES } from '../../../src/normalise/resources/table.js'
import { RecordWalk } from '../../../src/normalise/resources/walk.js'
import { type Golden, readGoldens } from './goldens.js'

const FIXTURES = path.resolve(import.meta.dirname, '../../../fixtures/resources')
const NAMES = [...GENERAL, ...SERVICES.map(({ name }) => name)]
const goldens = new Map(NAMES.map((name) => [name, readGoldens(path.join(FIXTURES, `${name}.json`))]))

describe('the table of extractors', () => {
  it('has no two of one name', () => {
    expect(new Set(NAMES).size).toBe(NAMES.length)
  })

  it('has a golden for every extractor, and no golden for none', () => {
    const files = fs.readdirSync(FIXTURES).map((file) => path.basename(file, '.json'))
    expect(files.sort()).toEqual([...NAMES].sort())
  })

  it.each(NAMES)('%s: some golden names a resource', (name) => {
    expect((goldens.get(name) ?? []).some(({ resources }) => resources.length > 0)).toBe(true)
  })

  it.each(
    SERVICES.filter(({ sources }) => !sources.includes('*')).map(
      (service) => [service.name, service] as const,
    ),
  )('%s: goldens are of its own records', (name, { sources }) => {
    for (const { record } of goldens.get(name) ?? []) {
      expect(sources).toContain(String(record['eventSource']).replace('.amazonaws.com', ''))
    }
  })
})

const walk = new RecordWalk(200)
const cases = [...goldens].flatMap(([name, list]) =>
  list.map((golden): [string, Golden] => [`${name}: ${golden.why}`, golden]),
)

describe('goldens', () => {
  it.each(cases)('%s', (_title, { record, resources }) => {
    walk.walk(record)
    expect(walk.resources).toEqual(resources)
  })

  it.each(cases)(
    '%s, with the fields in reverse order: the same resources',
    (_title, { record, resources }) => {
      walk.walk(Object.fromEntries(Object.entries(record).reverse()))
      const named = (list: readonly ResourceRef[]): string[] =>
        list.map(({ arn, name }) => arn ?? name ?? '').sort()
      expect(named(walk.resources)).toEqual(named(resources))
    },
  )
})

const CONTEXT: RecordContext = {
  eventSource: '',
  region: 'eu-west-1',
  account: '111122223333',
  partition: 'aws',
}
const kinds = new Map([
  ...[...BY_PREFIX].map(([prefix, kind]): [string, Kind] => [prefix, kind]),
  ...SERVICES.flatMap((service) =>
    tablesOf(service).flatMap((table) =>
      Object.values(table).flatMap((what): [string, Kind][] => {
        const kind = what instanceof Rule ? what.kind : what
        return kind === null ? [] : [[`${service.name} ${kind.type}`, kind]]
      }),
    ),
  ),
])

function tablesOf({ parameters, within = {}, calls = [] }: Service): Parameters[] {
  return [parameters, ...Object.values(within), ...calls.map((call) => call.parameters)]
}

describe('kinds', () => {
  it.each([...kinds])('%s: the ARN it puts together is read back as the same thing', (_title, kind) => {
    const name = kind.type === 'account' ? '444455556666' : kind.type === 'AWS::KMS::Alias' ? 'alias/x' : 'x1'
    const arn = kind.arn(name, CONTEXT)
    if (arn === null) return
    expect(readArn(arn)).toEqual({ arn, type: kind.type, name: kind.nameless ? null : name })
  })

  it('puts nothing together without a region or account that the ARN needs', () => {
    const kind = new Kind('thing', 'arn:P:x:R:A:thing/NAME')
    expect(kind.arn('n', { ...CONTEXT, region: '' })).toBeNull()
    expect(kind.arn('n', { ...CONTEXT, account: '' })).toBeNull()
    expect(new Kind('bucket', 'arn:P:s3:::NAME').arn('b', { ...CONTEXT, region: '', account: '' })).toBe(
      'arn:aws:s3:::b',
    )
  })
})
