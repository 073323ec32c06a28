import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import DigestVerify from '../../src/commands/digest/verify.js'
import FindWindow from '../../src/commands/find/window.js'
import Info from '../../src/commands/info.js'
import Show from '../../src/commands/show.js'
import Verify from '../../src/commands/verify.js'
import { put } from '../helpers/archive.js'
import { keysJson, makeKey, REGIONS, SignedArchive } from '../helpers/signed-archive.js'
import { index, runCommand, scratch } from './indexed.js'

const [EAST, WEST] = REGIONS

let folder: string
let archive: SignedArchive
let casePath: string
let keys: string

/** An altered log, a deleted log and a deleted digest. */
beforeAll(async () => {
  folder = scratch()
  archive = new SignedArchive(path.join(folder, 'evidence'), { key: makeKey() })
  const altered = archive.log(EAST, 2)
  archive.write(altered, archive.read(altered).toString().replace('203.0.113.7', '203.0.113.8'))
  archive.remove(archive.log(WEST, 3))
  archive.remove(archive.digest(WEST, 1))
  keys = put(folder, 'keys.json', keysJson(archive.key))
  casePath = path.join(folder, 'case.sqlite')
  await index(casePath, [archive.root])
})

const eventIn = (file: string): string => {
  const db = new Database(casePath, { readonly: true })
  const id = db
    .prepare('SELECT event_id FROM events WHERE source_path = ? LIMIT 1')
    .pluck()
    .get(file) as string
  db.close()
  return id
}

describe('digest verify', () => {
  it('names what is not as it should be, sums it up, and ends with 12', async () => {
    const { stdout, stderr, exit } = await runCommand(DigestVerify, '--case', casePath, '--keys', keys)
    expect({ exit, stderr }).toEqual({ exit: 12, stderr: '' })
    const lines = stdout.split('\n')
    expect(lines).toContain(`Log file  ${archive.log(EAST, 2).url}  INVALID: hash value doesn't match`)
    expect(lines).toContain(
      `Log file  ${archive.log(WEST, 3).url}  MISSING: not found; listed in ${archive.digest(WEST, 3).url}`,
    )
    expect(stdout).toMatch(
      new RegExp(`^Digest file  ${archive.digest(WEST, 1).url}  MISSING: not found; named by`, 'm'),
    )
    expect(lines).toContain(
      '7/12 digest files valid, 1/12 digest files INVALID: not found, 4/12 digest files UNSIGNED TAIL: the signature is not at hand',
    )
    expect(stdout).toContain('This validation does not establish:')
    expect(stdout).not.toContain(archive.log(EAST, 0).url)
  })

  it('gives every file as a row', async () => {
    const { stdout, exit } = await runCommand(
      DigestVerify,
      '--case',
      casePath,
      '--keys',
      keys,
      '--format',
      'jsonl',
    )
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(exit).toBe(12)
    expect(rows).toHaveLength(12 + 18)
    expect(rows.find(({ key }) => key === archive.log(EAST, 0).url)).toMatchObject({
      kind: 'log',
      state: 'VALID',
      path: archive.log(EAST, 0).file,
      fingerprint: archive.key.fingerprint,
    })
  })

  it('ends with 0 when nothing is invalid or missing, and says what it did not do', async () => {
    const clean = new SignedArchive(path.join(folder, 'clean'), { key: archive.key })
    const other = path.join(folder, 'clean.sqlite')
    await index(other, [clean.root])
    const { stdout, exit } = await runCommand(DigestVerify, '--case', other)
    expect(exit).toBe(0)
    expect(stdout).toContain('No public keys were given, so that no signature was checked.')
  })

  it('says in one line that there is no digest, not of each file', async () => {
    const bare = path.join(folder, 'bare.sqlite')
    const lone = new SignedArchive(path.join(folder, 'bare'), { key: archive.key })
    await index(bare, [path.dirname(lone.log(EAST, 0).file)])
    const { stdout } = await runCommand(DigestVerify, '--case', bare)
    expect(stdout).toMatch(/^No digest is in the case: \d+ log files cannot be checked \(NOT COVERED\)\n\n/)
    expect(stdout).not.toContain('Log file  ')
    const { stdout: all } = await runCommand(DigestVerify, '--case', bare, '--format', 'jsonl')
    expect(all).toContain('no digest is in the case')
    const found = await runCommand(FindWindow, '--until', '9000-01-01', '--case', bare)
    expect(found.stderr).toMatch(/^\d+ events/m)
    expect(found.stderr).not.toContain('NOT COVERED')
  })

  it('prints without storing if the case is not writable', async () => {
    const sealed = path.join(scratch(), 'sealed.sqlite')
    writeFileSync(sealed, readFileSync(casePath))
    chmodSync(sealed, 0o444)
    chmodSync(path.dirname(sealed), 0o555)
    // Root may write anywhere: nobody may not.
    const isRoot = process.geteuid?.() === 0
    for (const open of [folder, keys]) chmodSync(open, 0o755)
    if (isRoot) process.seteuid!(65534)
    const before = readFileSync(sealed)
    const ran = await runCommand(DigestVerify, '--case', sealed, '--keys', keys).finally(() => {
      if (isRoot) process.seteuid!(0)
    })
    expect(ran.exit).toBe(12)
    expect(ran.stdout).toContain(archive.log(EAST, 2).url)
    expect(ran.stderr).toContain('results are not stored: the case cannot be written to')
    expect(readFileSync(sealed).equals(before)).toBe(true)
    expect(existsSync(`${sealed}.work`)).toBe(false)
    chmodSync(path.dirname(sealed), 0o755)
  })
})

describe('afterwards', () => {
  it('show says what the file of an event is', async () => {
    const digest = archive.digest(EAST, 0)
    const valid = await runCommand(Show, eventIn(archive.log(EAST, 0).file), '--case', casePath)
    expect(valid.stderr).toMatch(
      `this file is VALID: listed in digest ${digest.url}, signed with CloudTrail's key ${archive.key.fingerprint} (digest verify of 2`,
    )
    const altered = await runCommand(Show, eventIn(archive.log(EAST, 2).file), '--case', casePath)
    expect(altered.stderr).toContain(
      `this file is INVALID: listed in digest ${archive.digest(EAST, 2).url}, hash value doesn't match`,
    )
    const json = await runCommand(Show, eventIn(archive.log(EAST, 2).file), '--case', casePath, '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      records: [{ appearances: [{ verification: { state: 'INVALID' } }] }],
    })
  })

  it('find says of each event what its file is, and counts it', async () => {
    const found = await runCommand(
      FindWindow,
      '--until',
      '9000-01-01',
      '--case',
      casePath,
      '--format',
      'jsonl',
    )
    const rows = found.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { source_path: string; digest_state: string })
    const states = new Map(rows.map((row) => [row.source_path, row.digest_state]))
    expect(states.get(archive.log(EAST, 0).file)).toBe('VALID')
    expect(states.get(archive.log(EAST, 2).file)).toBe('INVALID')
    const invalid = rows.filter((row) => row.digest_state === 'INVALID').length
    expect(found.stderr).toMatch(/^events by digest state of their file \(digest verify of 2.*Z\): /m)
    expect(found.stderr).toContain(`INVALID ${invalid}`)
    const argv = [
      '--until',
      '9000-01-01',
      '--case',
      casePath,
      '--columns',
      'event_id,digest_state',
      '--limit',
      '1',
    ]
    const table = await runCommand(FindWindow, ...argv)
    expect(table.stdout).toMatch(/digest_state\n.*(?:VALID|UNSIGNED TAIL)\n$/)
  })

  it('info sums up, in sentences', async () => {
    const { stdout } = await runCommand(Info, '--case', casePath)
    expect(stdout).toMatch(/^authenticity {4}digest verify of 2/m)
    expect(stdout).toContain('7/12 digest files valid')
    expect(stdout).toContain('This validation does not establish:')
  })
})

describe('verify', () => {
  it.each(['0', '2'])('says that nothing was found, with 0 (%s workers)', async (workers) => {
    const { stdout, stderr, exit } = await runCommand(Verify, '--case', casePath, '--workers', workers)
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 0 })
    expect(stderr).toMatch(
      /^28 of 28 sources checked: .*, 68 records\nfull text: every event .*\nno findings\n$/,
    )
  })

  it('of a case whose indexing was killed or goes on: says so, and finds nothing', async () => {
    const killed = path.join(folder, 'killed.sqlite')
    writeFileSync(killed, readFileSync(casePath))
    const db = new Database(killed)
    db.exec("UPDATE meta SET value = 'loading' WHERE key = 'state'; UPDATE runs SET status = 'running'")
    db.close()
    const { stdout, stderr, exit } = await runCommand(Verify, '--case', killed, '--workers', '0')
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 11 })
    expect(stderr).toMatch(/indexing has not finished/)
  })

  it('passes over what an investigator added to the case', async () => {
    const added = path.join(folder, 'added.sqlite')
    writeFileSync(added, readFileSync(casePath))
    const db = new Database(added)
    db.exec(`CREATE TABLE tags (event INTEGER REFERENCES event (id), tag TEXT); INSERT INTO tags SELECT id, 'odd' FROM event;
      CREATE VIEW tagged AS SELECT * FROM tags; CREATE INDEX mine ON event (flags);
      ALTER TABLE source ADD COLUMN note TEXT; UPDATE source SET note = 'seen'`)
    db.close()
    const { stdout, exit } = await runCommand(Verify, '--case', added, '--workers', '0')
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 0 })
  })

  it.each(['0', '2'])('lists each finding on a line, with 12 (%s workers)', async (workers) => {
    const changed = path.join(folder, `changed-${workers}.sqlite`)
    writeFileSync(changed, readFileSync(casePath))
    const db = new Database(changed)
    db.exec("UPDATE action SET event_name = 'Harmless'; UPDATE runs SET user = 'somebody@else'")
    db.close()
    const { stdout, stderr, exit } = await runCommand(Verify, '--case', changed, '--workers', workers)
    expect(exit).toBe(12)
    expect(stdout.trim().split('\n').sort()).toEqual([
      'runs  runs: run 1 was changed: its hash differs',
      expect.stringMatching(/^values {2}action: row \d+ is not the value that its number is the hash of$/),
    ])
    expect(stderr).toContain('2 findings')
    const json = await runCommand(Verify, '--case', changed, '--workers', workers, '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({
      findings: 2,
      list: [{ check: 'runs' }, { check: 'values' }],
    })
  })

  it('compares with the archive', async () => {
    const { stderr, exit } = await runCommand(
      Verify,
      '--case',
      casePath,
      '--workers',
      '0',
      '--reread',
      archive.root,
    )
    expect(exit).toBe(0)
    expect(stderr).toContain('28 files compared with the archive')
    const wrong = await runCommand(Verify, archive.root, '--case', casePath)
    expect(wrong).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('a path is for --reread only') as string,
    })
  })
})
