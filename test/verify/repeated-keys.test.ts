/** A record with a repeated key is not a finding, since it is as indexed; but it is reported with its location. */
import path from 'node:path'
import { expect, it } from 'vitest'
import Show from '../../src/commands/show.js'
import Verify from '../../src/commands/verify.js'
import type { VerifyTotals } from '../../src/verify/case/verify-case.js'
import { makeRecord, put } from '../helpers/archive.js'
import { query } from '../helpers/cli-case.js'
import { index, runCommand, scratch } from './indexed.js'

it('verify and show report a repeated key', async () => {
  const folder = scratch()
  const texts = Array.from({ length: 3 }, (_, n) =>
    JSON.stringify(makeRecord(n, { eventID: `event-${n}`, sourceIPAddress: '198.51.100.7' })),
  )
  // Before the one that counts, and spelt otherwise.
  const hidden = texts[1]!.replace('{', '{"source\\u0049PAddress" : "203.0.113.66",')
  const log = `{"Records":[${texts[0]!},${hidden},${texts[2]!}]}`
  const file = put(path.join(folder, 'in'), 'log.json', log)
  const casePath = path.join(folder, 'case.sqlite')
  await index(casePath, [file])
  expect(query(casePath, 'SELECT DISTINCT source_ip_address AS ip FROM events')).toEqual([
    { ip: '198.51.100.7' },
  ])

  const place = `${file}, byte ${Buffer.from(log).indexOf(hidden)}: event-1`
  const reported = await runCommand(Verify, '--case', casePath, '--workers', '0')
  expect(reported.exit).toBe(0)
  expect(reported.stderr).toContain('records that repeat a key in one object: 1;')
  expect(reported.stderr).toContain(place)
  const json = await runCommand(Verify, '--case', casePath, '--workers', '0', '--json')
  const totals = JSON.parse(json.stdout) as VerifyTotals
  expect(totals).toMatchObject({ findings: 0, notes: { repeatedKeys: 1 }, repeated: [place] })

  const shown = await runCommand(Show, 'event-1', '--case', casePath)
  expect(shown.stdout).toBe(hidden)
  expect(shown.stderr).toContain('an object of this record repeats a key')
  const other = await runCommand(Show, 'event-0', '--case', casePath)
  expect(other.stderr).not.toContain('repeats a key')
})
