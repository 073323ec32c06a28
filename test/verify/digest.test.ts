import { createHash, createPublicKey, hash, sign } from 'node:crypto'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CheckedFile, FileState } from '../../src/model/verification.js'
import { openReader } from '../../src/store/open.js'
import { latestVerification } from '../../src/store/verification.js'
import { signedState, signedStateAt } from '../../src/verify/signed-state.js'
import { verifyDigests, type DigestReport } from '../../src/verify/digest/verify-digests.js'
import { put } from '../helpers/archive.js'
import {
  ACCOUNT,
  headObject,
  keysJson,
  makeKey,
  REGIONS,
  signDigest,
  SignedArchive,
  type ArchiveOptions,
  type SignedDigest,
  type DigestKey,
} from '../helpers/signed-archive.js'
import { index, scratch } from './indexed.js'

const [EAST, WEST] = REGIONS

let ours: DigestKey
let theirs: DigestKey
beforeAll(() => {
  ours = makeKey()
  theirs = makeKey()
})

interface Outcome {
  readonly report: DigestReport
  readonly files: readonly CheckedFile[]
  readonly casePath: string
}

interface Setup {
  readonly archive: SignedArchive
  readonly folder: string
  readonly casePath: string
}

function setUp(options: ArchiveOptions = {}): Setup {
  const folder = scratch()
  return {
    folder,
    archive: new SignedArchive(path.join(folder, 'evidence'), { key: ours, ...options }),
    casePath: path.join(folder, 'case.sqlite'),
  }
}

/** Indexes, then validates with our keys and the metadata of every newest digest by default. */
async function outcomeOf(
  { archive, folder, casePath }: Setup,
  how: {
    readonly keys?: string | null
    readonly metadata?: readonly SignedDigest[]
    readonly reference?: boolean
  } = {},
): Promise<Outcome> {
  await index(casePath, [archive.root], { reference: how.reference ?? false })
  const keys = how.keys === undefined ? keysJson(archive.key) : how.keys
  const keyFiles = keys === null ? [] : [put(folder, 'keys.json', keys)]
  const metadataFolder = path.join(folder, 'metadata')
  mkdirSync(metadataFolder, { recursive: true })
  for (const digest of how.metadata ?? archive.newest)
    put(metadataFolder, `${path.basename(digest.name)}.json`, headObject(digest))
  const files: CheckedFile[] = []
  const report = await verifyDigests(
    { casePath, keyFiles, metadataFolder, toolVersion: '0.0.0-test' },
    (found) => {
      files.push(...found)
    },
  )
  return { report, files, casePath }
}

/** State and reason of everything that is not VALID, by the end of its key. */
function findings({ files }: Outcome): Record<string, string> {
  const found = files.filter(({ state }) => state !== 'VALID')
  return Object.fromEntries(
    found.map(({ key, path: at, state, reason }) => [
      path.basename(key ?? at ?? ''),
      `${state}: ${reason ?? ''}`,
    ]),
  )
}

const base = (file: { readonly name: string }): string => path.basename(file.name)

describe('a clean archive', () => {
  it('is valid as a whole, the newest digests by their saved metadata', async () => {
    const outcome = await outcomeOf(setUp())
    expect(findings(outcome)).toEqual({})
    expect(outcome.report).toMatchObject({
      counts: { digest: { VALID: 12 }, log: { VALID: 18 }, 'lake-sign': {}, 'lake-result': {} },
      gaps: [],
      notKept: null,
      notes: [],
    })
    expect(outcome.report.statement.slice(0, 2)).toEqual([
      '12/12 digest files valid',
      '18/18 log files valid',
    ])
  })

  it('without metadata ends in an unsigned tail in every chain, which is no fault', async () => {
    const setup = setUp()
    const outcome = await outcomeOf(setup, { metadata: [] })
    expect(outcome.report.counts).toMatchObject({
      digest: { VALID: 9, 'UNSIGNED TAIL': 3 },
      log: { VALID: 13, 'UNSIGNED TAIL': 5 },
    })
    expect(Object.keys(findings(outcome))).toContain(base(setup.archive.digest(EAST, 4)))
  })

  it('without keys is consistent', async () => {
    const outcome = await outcomeOf(setUp(), { keys: null })
    expect(outcome.report.counts).toMatchObject({ digest: { CONSISTENT: 12 }, log: { CONSISTENT: 18 } })
    expect(outcome.report.statement.join(' ')).toContain('all could have been made anew')
  })

  it('is as valid when the case only refers to it', async () => {
    const outcome = await outcomeOf(setUp(), { reference: true })
    expect(findings(outcome)).toEqual({})
  })

  it('takes keys in either form, and both spellings of the list and of the signature', async () => {
    const setup = setUp()
    const spki = createPublicKey({
      key: Buffer.from(ours.value, 'base64'),
      format: 'der',
      type: 'pkcs1',
    }).export({ format: 'der', type: 'spki' })
    // The fingerprint is of the bytes: digests name the PKCS#1 form, so both are in the file.
    const keys = keysJson(ours, { value: spki.toString('base64'), fingerprint: hash('md5', spki) })
    put(
      setup.folder,
      `metadata/head of ${base(setup.archive.digest(EAST, 4))}.txt.json`,
      headObject(setup.archive.digest(EAST, 4), 'x-amz-meta-signature'),
    )
    const outcome = await outcomeOf(setup, {
      keys: keys.replace('PublicKeyList', 'publicKeyList'),
      metadata: setup.archive.newest.slice(1),
    })
    expect(findings(outcome)).toEqual({})
  })

  it('signed with a key whose bytes are a SubjectPublicKeyInfo is valid', async () => {
    const pair = makeKey()
    const spki = createPublicKey({
      key: Buffer.from(pair.value, 'base64'),
      format: 'der',
      type: 'pkcs1',
    }).export({ format: 'der', type: 'spki' })
    const key: DigestKey = {
      privateKey: pair.privateKey,
      value: spki.toString('base64'),
      fingerprint: hash('md5', spki),
    }
    expect(findings(await outcomeOf(setUp({ key })))).toEqual({})
  })

  it('begins where it was collected from: older digests are not missed', async () => {
    const setup = setUp()
    for (const region of REGIONS) setup.archive.remove(setup.archive.digest(region, 0))
    for (const log of setup.archive.logs) if (log.hour === 0) setup.archive.remove(log)
    const outcome = await outcomeOf(setup)
    expect(findings(outcome)).toEqual({})
    expect(outcome.report.statement.join(' ')).toContain('Of 2 chains the oldest digest names one before it')
  })
})

describe('log files', () => {
  it('that were altered do not match', async () => {
    const setup = setUp()
    const log = setup.archive.log(EAST, 2)
    setup.archive.write(log, setup.archive.read(log).toString().replace('203.0.113.7', '203.0.113.8'))
    const outcome = await outcomeOf(setup)
    expect(findings(outcome)).toEqual({ [base(log)]: "INVALID: hash value doesn't match" })
    expect(outcome.files.find(({ state }) => state === 'INVALID')?.key).toBe(log.url)
  })

  it('that were only compressed again are valid', async () => {
    const setup = setUp()
    const log = setup.archive.log(EAST, 2)
    writeFileSync(log.file, gzipSync(setup.archive.read(log), { level: 1 }))
    expect(findings(await outcomeOf(setup))).toEqual({})
  })

  it('and digests that were unpacked are valid', async () => {
    const setup = setUp()
    for (const file of [...setup.archive.logs, ...setup.archive.digests]) {
      const content = setup.archive.read(file)
      writeFileSync(file.file, content)
      renameSync(file.file, file.file.replace(/\.gz$/, ''))
    }
    expect(findings(await outcomeOf(setup))).toEqual({})
  })

  it('that were deleted are missing, by their key', async () => {
    const setup = setUp()
    const log = setup.archive.log(WEST, 3, 1)
    setup.archive.remove(log)
    const outcome = await outcomeOf(setup)
    expect(findings(outcome)).toEqual({
      [base(log)]: `MISSING: not found; listed in ${setup.archive.digest(WEST, 3).url}`,
    })
    expect(outcome.files.find(({ state }) => state === 'MISSING')?.key).toBe(log.url)
  })

  it('that were emptied, truncated or are not readable as a log are invalid, not missing', async () => {
    const setup = setUp()
    const [empty, cut, junk] = [
      setup.archive.log(EAST, 0),
      setup.archive.log(EAST, 2),
      setup.archive.log(EAST, 3),
    ]
    writeFileSync(empty.file, '')
    writeFileSync(cut.file, readFileSync(cut.file).subarray(0, 150))
    writeFileSync(junk.file, 'nothing of the kind')
    expect(findings(await outcomeOf(setup))).toEqual({
      [base(empty)]: 'INVALID: invalid format (the file is empty)',
      [base(cut)]: 'INVALID: invalid format (the compressed stream is damaged)',
      [base(junk)]: "INVALID: hash value doesn't match",
    })
  })

  it('with data after the compressed stream, or a second member, are invalid', async () => {
    const setup = setUp()
    const [trailing, member, split, nested] = [
      setup.archive.log(EAST, 0),
      setup.archive.log(EAST, 2),
      setup.archive.log(EAST, 3),
      setup.archive.log(EAST, 4),
    ]
    appendFileSync(trailing.file, Buffer.from('tail\u0010\u0000\u0000\u0000'))
    appendFileSync(member.file, gzipSync('{"Records":[]}'))
    const content = setup.archive.read(split)
    writeFileSync(
      split.file,
      Buffer.concat([gzipSync(content.subarray(0, 100)), gzipSync(content.subarray(100))]),
    )
    // As `gzip *` leaves it.
    writeFileSync(`${nested.file}.gz`, gzipSync(readFileSync(nested.file)))
    setup.archive.remove(nested)
    const outcome = await outcomeOf(setup)
    expect(findings(outcome)).toEqual({
      [base(trailing)]: 'INVALID: unexpected data after the end of the compressed stream',
      [base(member)]:
        "INVALID: hash value doesn't match (unexpected data after the end of the compressed stream)",
    })
    const noted = outcome.files.find((file) => file.key === split.url)
    expect(noted).toMatchObject({
      state: 'VALID',
      reason: 'compressed in 2 gzip members, a delivered file has 1',
    })
    expect(outcome.files.find((file) => file.key === nested.url)).toMatchObject({
      state: 'VALID',
      reason: 'compressed twice, a delivered file once',
    })
  })

  it('that no digest lists are not covered, and why is said', async () => {
    const setup = setUp()
    const planted = setup.archive.log(EAST, 2).name.replace(/_[0-9a-f]{16}\.json/, '_plantedplanted00.json')
    const late = setup.archive.log(EAST, 4).name.replace(/T\d{4}Z_[0-9a-f]{16}/, 'T2359Z_latelatelatelate')
    const other = setup.archive.log(EAST, 2).name.replaceAll(EAST, 'ap-southeast-2')
    const log = (id: string): Buffer =>
      gzipSync(
        `{"Records":[{"eventVersion":"1.08","eventID":"${id}","eventTime":"2024-05-14T08:00:00Z","eventName":"X"}]}`,
      )
    for (const name of [planted, late, other]) put(setup.archive.root, name, log(name.slice(-40)))
    expect(findings(await outcomeOf(setup))).toEqual({
      [path.basename(planted)]:
        'NOT COVERED: no digest lists it, though there are digests of the time of its delivery: of another trail, or put there',
      [path.basename(late)]:
        'NOT COVERED: delivered in the last hour before the newest digest ends (2024-05-14T11:00:00Z), or later',
      [path.basename(other)]: `NOT COVERED: no digest of account ${ACCOUNT} in ap-southeast-2 is in the case`,
    })
  })

  it('under another name are found by their content, and copies count', async () => {
    const setup = setUp()
    const [renamed, copied] = [setup.archive.log(EAST, 2), setup.archive.log(WEST, 2)]
    setup.archive.copy(renamed, 'loose/some-log.json.gz')
    setup.archive.remove(renamed)
    setup.archive.copy(copied, 'again/copy.json.gz')
    const outcome = await outcomeOf(setup)
    expect(findings(outcome)).toEqual({})
    const notes = outcome.files.filter(({ kind, reason }) => kind === 'log' && reason !== null)
    expect(notes.map(({ key, reason }) => [key, reason])).toEqual([
      [
        copied.url,
        `the file lies under another name: ${path.join(setup.archive.root, 'again/copy.json.gz')}`,
      ],
      [
        renamed.url,
        `the file lies under another name: ${path.join(setup.archive.root, 'loose/some-log.json.gz')}`,
      ],
    ])
  })

  it('overwritten with another log file are invalid, although some digest lists their content', async () => {
    const setup = setUp()
    const [victim, other] = [setup.archive.log(EAST, 2), setup.archive.log(EAST, 0)]
    writeFileSync(victim.file, readFileSync(other.file))
    expect(findings(await outcomeOf(setup))).toEqual({ [base(victim)]: "INVALID: hash value doesn't match" })
  })

  it('are matched by their file name in a flat folder', async () => {
    const setup = setUp()
    for (const file of [...setup.archive.logs, ...setup.archive.digests]) {
      setup.archive.copy(file, `flat/${base(file)}`)
      setup.archive.remove(file)
    }
    const log = setup.archive.log(EAST, 2)
    setup.archive.write({ file: path.join(setup.archive.root, 'flat', base(log)) }, '{"Records":[]}')
    expect(findings(await outcomeOf(setup))).toEqual({ [base(log)]: "INVALID: hash value doesn't match" })
  })
})

describe('digests', () => {
  it('that were altered fail, and what only they list is not covered', async () => {
    const setup = setUp()
    const digest = setup.archive.digest(EAST, 2)
    const content = setup.archive.readDigest(digest)
    content.logFiles = content.logFiles.slice(1)
    setup.archive.write(digest, JSON.stringify(content))
    expect(findings(await outcomeOf(setup))).toEqual({
      [base(digest)]:
        `INVALID: signature verification failed (signature in ${setup.archive.digest(EAST, 3).url})`,
      [base(setup.archive.log(EAST, 2))]: expect.stringMatching(/^NOT COVERED: no digest lists it/) as string,
      [base(setup.archive.log(EAST, 2, 1))]: `NOT COVERED: listed only in ${digest.url}, which is INVALID`,
    })
  })

  it('altered together with a log file are found without keys too', async () => {
    const setup = setUp()
    const digest = setup.archive.digest(EAST, 2)
    setup.archive.write(digest, JSON.stringify({ ...setup.archive.readDigest(digest), logFiles: [] }))
    const outcome = await outcomeOf(setup, { keys: null })
    const bad = outcome.files.filter(({ state }) => state === 'INVALID')
    expect(bad.map(({ key, reason }) => [key, reason])).toEqual([
      [
        digest.url,
        `hash value doesn't match the previousDigestHashValue of ${setup.archive.digest(EAST, 3).url}`,
      ],
    ])
  })

  it('that are missing leave a hole, and the one before without its signature', async () => {
    const setup = setUp()
    const gone = setup.archive.digest(EAST, 2)
    setup.archive.remove(gone)
    const outcome = await outcomeOf(setup)
    const hole = '2024-05-14T08:00:00Z'
    expect(findings(outcome)).toEqual({
      [base(gone)]:
        `MISSING: not found; named by ${setup.archive.digest(EAST, 3).url}; no digest between ${hole} and 2024-05-14T09:00:00Z`,
      [base(setup.archive.digest(EAST, 1))]:
        'UNSIGNED TAIL: the next digest, which holds its signature, is not in the case',
      [base(setup.archive.log(EAST, 2))]:
        `NOT COVERED: delivered in or before a time without digests, ${hole} to 2024-05-14T09:00:00Z`,
      [base(setup.archive.log(EAST, 2, 1))]:
        `NOT COVERED: delivered in or before a time without digests, ${hole} to 2024-05-14T09:00:00Z`,
    })
    expect(outcome.files.find(({ state }) => state === 'MISSING')?.key).toBe(gone.url)
  })

  it('begin anew after a stop: a gap, and no fault', async () => {
    const setup = setUp({ restartAt: 3 })
    const outcome = await outcomeOf(setup, {
      metadata: [...setup.archive.newest, setup.archive.digest(EAST, 1), setup.archive.digest(WEST, 1)],
    })
    expect(findings(outcome)).toEqual({})
    expect(outcome.report.gaps).toEqual(
      [WEST, EAST].map((region) => ({
        trail: `${ACCOUNT}_CloudTrail-Digest_${region}_management_us-east-1`,
        from: '2024-05-14T08:00:00Z',
        to: '2024-05-14T09:00:00Z',
      })),
    )
  })

  it('put in the place of another have been moved, and the other is not missed twice', async () => {
    const setup = setUp()
    const [from, to] = [setup.archive.digest(EAST, 0), setup.archive.digest(EAST, 3)]
    writeFileSync(to.file, readFileSync(from.file))
    const outcome = await outcomeOf(setup)
    expect(findings(outcome)).toMatchObject({
      [base(to)]: `INVALID: has been moved from its original location ${from.url}`,
      [base(setup.archive.digest(EAST, 2))]:
        'UNSIGNED TAIL: the next digest, which holds its signature, is not in the case',
    })
    expect(outcome.report.counts.digest).toEqual({ VALID: 10, INVALID: 1, 'UNSIGNED TAIL': 1 })
    expect(outcome.files.filter(({ key }) => key === from.url).map(({ state }) => state)).toEqual(['VALID'])
  })

  it('that are damaged are invalid where they lie', async () => {
    const setup = setUp()
    const digest = setup.archive.digest(EAST, 2)
    writeFileSync(digest.file, 'no digest')
    const outcome = await outcomeOf(setup)
    expect(findings(outcome)[base(digest)]).toBe('INVALID: invalid format (not a digest, or damaged)')
    expect(outcome.report.counts.digest).toMatchObject({ INVALID: 1 })
    expect(outcome.report.counts.digest.MISSING).toBeUndefined()
  })

  it('with a short hash of the previous one are still checked by signature', async () => {
    const setup = setUp()
    const digest = setup.archive.digest(EAST, 4)
    const content = setup.archive.readDigest(digest)
    const text = JSON.stringify({
      ...content,
      previousDigestHashValue: String(content['previousDigestHashValue']).slice(1),
    })
    setup.archive.write(digest, text)
    const metadata = [{ ...digest, signature: signDigest(text, ours) }, ...setup.archive.newest.slice(1)]
    expect(findings(await outcomeOf(setup, { metadata }))).toEqual({})
  })

  it('whose tail was signed again with another key fail, under either fingerprint', async () => {
    for (const fingerprint of [ours.fingerprint, theirs.fingerprint]) {
      const setup = setUp()
      const { archive } = setup
      const [third, fourth] = [archive.digest(EAST, 3), archive.digest(EAST, 4)]
      const changed = JSON.stringify({
        ...archive.readDigest(third),
        logFiles: [],
        digestPublicKeyFingerprint: fingerprint,
      })
      archive.write(third, changed)
      const tail = JSON.stringify({
        ...archive.readDigest(fourth),
        previousDigestHashValue: hash('sha256', changed),
        previousDigestSignature: signDigest(changed, theirs),
        digestPublicKeyFingerprint: fingerprint,
      })
      archive.write(fourth, tail)
      const metadata = [{ ...fourth, signature: signDigest(tail, theirs) }, ...archive.newest.slice(1)]
      const outcome = await outcomeOf(setup, { metadata })
      const bad = outcome.files.filter(({ kind, state }) => kind === 'digest' && state !== 'VALID')
      expect(bad.map(({ key, state }) => [key, state])).toEqual([
        [third.url, 'INVALID'],
        [fourth.url, 'INVALID'],
      ])
      const reason =
        fingerprint === ours.fingerprint
          ? 'signature verification failed'
          : `public key not found in region ${EAST} for fingerprint`
      expect(bad.every((file) => file.reason?.startsWith(reason))).toBe(true)
    }
  })
})

describe('keys', () => {
  it('of somebody else make no digest valid', async () => {
    const outcome = await outcomeOf(setUp(), { keys: keysJson(theirs) })
    expect(outcome.report.counts.digest).toEqual({ INVALID: 12 })
    expect(outcome.report.counts.log).toEqual({ 'NOT COVERED': 18 })
  })

  it('under a false fingerprint are refused', async () => {
    const keys = keysJson({ value: theirs.value, fingerprint: ours.fingerprint })
    const outcome = await outcomeOf(setUp(), { keys })
    expect(outcome.report.counts.digest).toEqual({ INVALID: 12 })
    expect(outcome.report.notes).toEqual([
      `key labelled ${ours.fingerprint} refused: the MD5 of its bytes is ${theirs.fingerprint}`,
    ])
  })

  it('that are not a key are reported in the words of the CLI', async () => {
    const value = Buffer.from('no key').toString('base64')
    const fingerprint = createHash('md5').update('no key').digest('hex')
    const outcome = await outcomeOf(setUp({ key: { ...ours, fingerprint } }), {
      keys: keysJson({ value, fingerprint }),
    })
    const reasons = new Set(outcome.files.filter(({ kind }) => kind === 'digest').map(({ reason }) => reason))
    expect([...reasons]).toEqual([`Unable to load PKCS #1 key with fingerprint ${fingerprint}`])
  })

  it('need a file of keys', async () => {
    await expect(outcomeOf(setUp(), { keys: '{"Keys":[]}' })).rejects.toThrow('holds no list of public keys')
  })
})

describe('results of a Lake query', () => {
  const folder = `AWSLogs/${ACCOUNT}/CloudTrail-Lake/Query/2024/05/14/query-1`

  function putResults(setup: Setup, over: Record<string, unknown> = {}): void {
    const results = ['eventName\nA\n', 'eventName\nB\n'].map((text) => gzipSync(text))
    const hashes = results.map((bytes) => hash('sha256', bytes))
    results.forEach((bytes, n) => put(setup.archive.root, `${folder}/result_${n + 1}.csv.gz`, bytes))
    const content = {
      version: '1.0',
      region: EAST,
      files: hashes.map((fileHashValue, n) => ({ fileHashValue, fileName: `result_${n + 1}.csv.gz` })),
      hashAlgorithm: 'SHA-256',
      signatureAlgorithm: 'SHA256withRSA',
      queryCompleteTime: '2024-05-14T12:00:00Z',
      hashSignature: sign('RSA-SHA256', Buffer.from(hashes.join(' ')), ours.privateKey).toString('hex'),
      publicKeyFingerprint: ours.fingerprint,
      ...over,
    }
    put(setup.archive.root, `${folder}/result_sign.json`, JSON.stringify(content))
  }

  it('are checked over the compressed files', async () => {
    const setup = setUp()
    putResults(setup)
    const outcome = await outcomeOf(setup)
    expect(outcome.report.counts).toMatchObject({
      'lake-sign': { VALID: 1 },
      'lake-result': { VALID: 2 },
      log: { VALID: 18 },
    })
  })

  it('that were altered, deleted or unpacked are named', async () => {
    const setup = setUp()
    putResults(setup)
    writeFileSync(path.join(setup.archive.root, folder, 'result_1.csv.gz'), gzipSync('eventName\nC\n'))
    renameSync(
      path.join(setup.archive.root, folder, 'result_2.csv.gz'),
      path.join(setup.archive.root, folder, 'result_2.csv'),
    )
    writeFileSync(path.join(setup.archive.root, folder, 'result_2.csv'), 'eventName\nB\n')
    expect(findings(await outcomeOf(setup))).toEqual({
      'result_1.csv.gz': "INVALID: hash value doesn't match",
      'result_2.csv.gz': expect.stringMatching(/^MISSING: .* the hash is of the compressed file$/) as string,
    })
  })

  it('whose signature is not good prove nothing', async () => {
    const setup = setUp()
    putResults(setup, { hashSignature: '00'.repeat(256) })
    const outcome = await outcomeOf(setup)
    expect(outcome.report.counts).toMatchObject({
      'lake-sign': { INVALID: 1 },
      'lake-result': { 'NOT COVERED': 2 },
    })
  })
})

describe('the case', () => {
  it('keeps the results, for each source', async () => {
    const setup = setUp()
    const log = setup.archive.log(EAST, 2)
    const outcome = await outcomeOf(setup)
    expect(readdirSync(setup.folder).sort()).toEqual(['case.sqlite', 'evidence', 'keys.json', 'metadata'])
    const db = openReader(setup.casePath)
    const row = db
      .prepare('SELECT path AS source_path, member, sha256 FROM source WHERE path = ?')
      .get(log.file)
    expect(signedStateAt(db, row as Parameters<typeof signedStateAt>[1])).toMatchObject({
      state: 'VALID' satisfies FileState,
      key: log.url,
      digest_key: setup.archive.digest(EAST, 2).url,
      fingerprint: ours.fingerprint,
    })
    const digest = db.prepare("SELECT id FROM source WHERE kind = 'digest' LIMIT 1").pluck().get() as number
    expect(signedState(db, digest)).toMatchObject({ state: 'VALID', fingerprint: ours.fingerprint })
    expect(signedState(db, 1_000_000)).toBeNull()
    expect(latestVerification(db)).toMatchObject({
      counts: outcome.report.counts,
      statement: outcome.report.statement,
    })
    const described = db
      .prepare("SELECT count(*) FROM data_dictionary WHERE table_name LIKE 'verification%'")
      .pluck()
      .get()
    expect(described).toBe(9 + 8 + 2 + 6)
    db.close()
  })

  it('says more of a validation with keys than of a later one without', async () => {
    const setup = setUp()
    await outcomeOf(setup)
    await verifyDigests(
      { casePath: setup.casePath, keyFiles: [], metadataFolder: null, toolVersion: '0' },
      () => undefined,
    )
    const db = openReader(setup.casePath)
    expect(latestVerification(db)?.keys_sha256).toHaveLength(1)
    db.close()
  })

  it('without digests says so', async () => {
    const setup = setUp()
    for (const digest of setup.archive.digests) setup.archive.remove(digest)
    const outcome = await outcomeOf(setup)
    expect(outcome.report.counts).toMatchObject({ digest: {}, log: { 'NOT COVERED': 18 } })
    expect(new Set(outcome.files.map(({ reason }) => reason))).toEqual(new Set(['no digest is in the case']))
  })
})
