import { expect, it } from 'vitest'
import { CREDENTIAL_CLASSES } from '../../src/model/principal.js'
import { NO_FILTERS } from '../../src/model/question.js'
import {
  columnOfArm,
  criteriaOf,
  CREDENTIAL_GROUPS,
  CREDENTIAL_NAMES,
  credentialsNamed,
  filterNotes,
} from '../../src/query/find/filters.js'
import { openReader } from '../../src/store/open.js'
import { tinyCase } from '../helpers/tiny-case.js'
import { FILTERS } from './questions.js'

it('demands nothing when nothing is typed', () => {
  expect(criteriaOf(NO_FILTERS)).toEqual([])
})

it('asks the SQL that was reviewed', async () => {
  const texts = Object.entries(FILTERS).map(([name, filters]) => {
    const parts = criteriaOf({ ...NO_FILTERS, ...filters }).map(
      (arm) => `${columnOfArm(arm).replace('_id', '')}: ${arm.ids.sql}\n-- ${JSON.stringify(arm.ids.params)}`,
    )
    return [`-- ${name}`, ...parts].join('\n')
  })
  await expect(`${texts.join('\n\n')}\n`).toMatchFileSnapshot('expected/filters.sql')
})

it('knows the recorded names of SOAP calls, and says so', () => {
  const filters = { ...NO_FILTERS, events: ['SetBucketAccessControlPolicy', 'GetObject'] }
  expect(criteriaOf(filters)[0]?.ids.params.slice(0, 3)).toEqual([
    'SetBucketAccessControlPolicy',
    'PutBucketAcl',
    'GetObject',
  ])
  const tiny = tinyCase()
  const db = openReader(tiny.path)
  expect(filterNotes(db, filters)).toEqual([
    'the SOAP call SetBucketAccessControlPolicy is recorded as PutBucketAcl: both are searched for',
  ])
  const [dated] = db
    .prepare('SELECT event_name, event_name_stem FROM action WHERE event_name <> event_name_stem')
    .all() as { event_name: string; event_name_stem: string }[]
  const stem = dated!.event_name_stem.toUpperCase()
  expect(filterNotes(db, { ...NO_FILTERS, events: [stem] })).toEqual([
    `${stem} is also recorded as ${dated!.event_name}`,
  ])
  db.close()
})

it('has a group for every class of credentials but the unknown ones, and no group named as a class', () => {
  const grouped = new Set<string>(Object.values(CREDENTIAL_GROUPS).flat())
  const classes = Object.keys(CREDENTIAL_CLASSES)
  expect(classes.filter((name) => !grouped.has(name))).toEqual(['none', 'other-account', 'unknown'])
  expect(Object.keys(CREDENTIAL_GROUPS).filter((name) => classes.includes(name))).toEqual([])
  expect(new Set(CREDENTIAL_NAMES).size).toBe(CREDENTIAL_NAMES.length)
})

it('reads a class, a group, and nothing else', () => {
  expect(credentialsNamed('root')).toEqual(['root-console', 'root-key', 'root-assumed'])
  expect(credentialsNamed('root-key')).toEqual(['root-key'])
  expect(credentialsNamed('temporary')).toContain('identity-center-user')
  expect(credentialsNamed('toString')).toEqual([])
})
