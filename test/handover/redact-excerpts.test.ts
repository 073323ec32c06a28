/** What problems cite of the evidence, cut where it is long; accounts as the console writes them; names of files and members. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeRecord, put, putLog } from '../helpers/archive.js'
import { index, scratch } from '../verify/indexed.js'
import { handOver } from './made.js'

const NAME = 'Yoshimitsu'
const ACCOUNT = '424242424242'
const DASHED = '4242-4242-4242'

let plain = ''
let out = ''
beforeAll(async () => {
  const root = scratch()
  const folder = `${NAME} laptop/${ACCOUNT}`
  putLog(root, `${folder}/log.json`, [
    makeRecord(1, {
      recipientAccountId: ACCOUNT,
      requestParameters: { userName: NAME, note: `account ${DASHED}`, weight: 424242424242.5 },
      sharedEventID: 'YOSHIMITSU123456',
    }),
    makeRecord(2, { eventTime: `${'x'.repeat(62)} by ${NAME}, too` }),
  ])
  put(root, `${folder}/bad.json`, `{"Records":[{"${NAME}": nonsense ${ACCOUNT}}]}`)
  const file = path.join(scratch(), 'case.sqlite')
  await index(file, [root])
  plain = handOver(file).out
  out = handOver(file, { redact: true }).out
})

function details(file: string): string[] {
  const db = new Database(file, { readonly: true })
  const read = db.prepare<[], string>('SELECT detail FROM problems ORDER BY kind').pluck().all()
  db.close()
  return read
}

describe('a redacted hand-over', () => {
  it('holds no original and no piece of one', () => {
    const [whole, made] = [plain, out].map((file) => readFileSync(file).toString('latin1').toLowerCase())
    for (const piece of [NAME.toLowerCase(), ACCOUNT, DASHED, 'imitsu', 'yosh']) {
      expect({ piece, found: whole!.includes(piece) }).toEqual({ piece, found: true })
      expect({ piece, found: made!.includes(piece) }).toEqual({ piece, found: false })
    }
  })

  it('says that it leaves out what a problem cites in part', () => {
    expect(details(plain).join()).toMatch(/imitsu": nonsense.* is not valid JSON/)
    const made = details(out)
    expect(made).toHaveLength(details(plain).length)
    expect(made.filter((detail) => detail.includes('(quoted evidence left out)'))).toHaveLength(2)
  })
})
