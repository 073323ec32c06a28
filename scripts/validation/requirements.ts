/**
 * What coldtrail promises, and the tests that hold it to that: requirement → assertion → cases. The run of the cases writes
 * docs/VALIDATION.md (reporter.ts). An assertion without a case fails the run.
 */
export interface Assertion {
  readonly text: string
  /** Below test/. */
  readonly file: string
  /** Of the full names of its tests, joined with ` > `; every test of the file when there is none. */
  readonly cases?: RegExp
}

export interface Requirement {
  readonly id: string
  readonly promise: string
  readonly assertions: readonly Assertion[]
}

export const REQUIREMENTS: readonly Requirement[] = [
  {
    id: 'P1',
    promise: 'Evidence is never changed',
    assertions: [
      {
        text: 'bytes, size, mode, owner, links and times of 1,000 files are the same after every command',
        file: 'e2e/evidence.test.ts',
        cases: /^the evidence > /,
      },
      {
        text: 'under strace nothing below the archive is opened for writing, created, renamed or removed',
        file: 'e2e/evidence.test.ts',
        cases: /^the system sees > /,
      },
    ],
  },
  {
    id: 'P2',
    promise: 'Nothing is lost silently',
    assertions: [
      {
        text: 'damaged and odd files: every good record kept, every other told with its byte',
        file: 'e2e/bad-input.test.ts',
      },
      { text: 'damage in zip and tar', file: 'e2e/containers.test.ts' },
      { text: 'a zip that was cut anywhere, without its list', file: 'e2e/cut-zip.test.ts' },
      { text: 'gzip inside gzip, whole, cut and hostile', file: 'e2e/nested-gzip.test.ts' },
      { text: 'damage, bombs and kills in tar.gz', file: 'e2e/tar-gz.test.ts' },
      { text: 'every shape gives the same events', file: 'e2e/shapes.test.ts' },
      {
        text: '1,000 good and 40 damaged files: every damage with reason and offset, every readable record as Python finds it',
        file: 'e2e/damaged-corpus.test.ts',
      },
      {
        text: 'random records in random shapes, containers and damage: the accounts agree',
        file: 'e2e/seeds.test.ts',
      },
      { text: 'what is left of a damaged text, place by place', file: 'decode/damage.test.ts' },
    ],
  },
  {
    id: 'P3',
    promise: 'Every event leads back to its exact bytes',
    assertions: [
      {
        text: 'records, places, counts and look-ups agree with Python’s own gzip and json',
        file: 'e2e/oracle.test.ts',
      },
    ],
  },
  {
    id: 'P4',
    promise: 'The same evidence gives the same case',
    assertions: [
      {
        text: 'ten runs with 1, 2 and 8 workers, shuffled, killed and resumed, have one logical digest',
        file: 'e2e/index.test.ts',
        cases: /makes the same case in ten runs/,
      },
    ],
  },
  {
    id: 'P5',
    promise: 'A killed run loses nothing that it told of, and the next goes on',
    assertions: [
      {
        text: 'kill -9 at any moment, resumed: same digest, rows and ledger',
        file: 'e2e/crash.test.ts',
        cases: /^kill -9 > /,
      },
      { text: 'Ctrl-C ends at a safe point', file: 'e2e/crash.test.ts', cases: /^Ctrl-C > / },
    ],
  },
  {
    id: 'P6',
    promise: 'A full disk is a clean stop',
    assertions: [
      {
        text: '41 disks and limits, each too small: exit 13, a sound case, an equal one when resumed',
        file: 'e2e/unwritable.test.ts',
        cases: /^a full disk > /,
      },
      { text: 'also under the answer of a command, and in the log of it', file: 'e2e/output.test.ts' },
    ],
  },
  {
    id: 'P7',
    promise: 'Only one run writes to a case',
    assertions: [
      {
        text: 'a second one ends with 11, the first is not disturbed',
        file: 'e2e/crash.test.ts',
        cases: /^two indexers > /,
      },
    ],
  },
  {
    id: 'P8',
    promise: 'A handed-over file stands alone',
    assertions: [
      {
        text: 'opens read-only, in the stock shell and in SQLite 3.34, and leaves nothing beside it',
        file: 'handover/handover.test.ts',
        cases: /^the files > /,
      },
      { text: 'and in sql.js and Python', file: 'contracts/sqlite-compat.test.ts' },
      {
        text: 'lines of access logs and counts of aggregated events with it',
        file: 'handover/lines.test.ts',
      },
      { text: 'a redacted one holds no original anywhere in its bytes', file: 'handover/redact.test.ts' },
      { text: 'nor in columns that are named as ids', file: 'handover/redact-columns.test.ts' },
      { text: 'nor a piece of one in what a problem cites', file: 'handover/redact-excerpts.test.ts' },
      { text: 'nor in the encodings that lines of access logs have', file: 'handover/redact-lines.test.ts' },
      {
        text: 'what redaction and its search read a text by is the plain definition of each',
        file: 'handover/text-forms.test.ts',
      },
    ],
  },
  {
    id: 'P9',
    promise: 'Any change is detected',
    assertions: [
      {
        text: 'single-bit flips of a handed-over file are found by handoff verify',
        file: 'handover/handover.test.ts',
        cases: /^verify > /,
      },
      {
        text: 'one changed value in any column of any table of a case is found by verify',
        file: 'verify/tamper.test.ts',
      },
      {
        text: 'changed, removed and added rows, bytes, indexes and runs are found and named',
        file: 'verify/case.test.ts',
      },
      { text: 'a sound case of every shape has no finding', file: 'verify/shapes.test.ts' },
      { text: 'a key that stands twice in a record is counted', file: 'verify/repeated-keys.test.ts' },
    ],
  },
  {
    id: 'P10',
    promise: 'Nothing goes over a network',
    assertions: [
      {
        text: 'no internet socket under strace, for every command',
        file: 'e2e/evidence.test.ts',
        cases: /^the system sees > /,
      },
    ],
  },
  {
    id: 'P11',
    promise: 'Text of the evidence can not act on a terminal',
    assertions: [
      {
        text: 'controls, escapes and bidi in every field and in file names',
        file: 'e2e/hostile-text.test.ts',
      },
    ],
  },
  {
    id: 'P12',
    promise: 'Nor on a spreadsheet',
    assertions: [
      { text: 'no cell begins a formula', file: 'e2e/hostile-text.test.ts', cases: /can not make a formula/ },
      { text: 'export says what it changed', file: 'render/export.test.ts' },
      { text: 'export of everything that find shows', file: 'cli/export.test.ts' },
      { text: 'of every kind of rows', file: 'commands/export-kinds.test.ts' },
    ],
  },
  {
    id: 'P14',
    promise: 'Answers are what a plain scan gives, whatever is typed',
    assertions: [
      { text: 'random and hostile values for every subject and filter', file: 'query/property.test.ts' },
    ],
  },
  {
    id: 'P15',
    promise: 'Bombs are bounded',
    assertions: [
      {
        text: 'gzip bombs, huge records and deep nesting, in bounded memory',
        file: 'e2e/bad-input.test.ts',
        cases: /bombs|^size|nesting/,
      },
    ],
  },
  {
    id: 'P16',
    promise: 'A case that somebody else made is safe to open',
    assertions: [
      {
        text: 'hostile files are refused with exit 10 or 12, and nothing in them runs',
        file: 'store/hostile-case.test.ts',
      },
    ],
  },
  {
    id: 'P17',
    promise: 'CloudTrail’s signatures are checked offline',
    assertions: [
      {
        text: 'altered, deleted, moved, cut and re-signed logs and digests: each found and named, none invented',
        file: 'verify/digest.test.ts',
      },
      { text: 'the commands say so', file: 'verify/commands.test.ts' },
    ],
  },
  {
    id: 'P18',
    promise: 'The records of runs and of questions show a change',
    assertions: [
      {
        text: 'runs: changed, removed and reordered rows',
        file: 'verify/case.test.ts',
        cases: /a row of runs/,
      },
      { text: 'questions: changed, removed, inserted and swapped lines', file: 'cli/question-log.test.ts' },
      { text: 'every question with the rows it showed', file: 'e2e/question-log.test.ts' },
    ],
  },
  {
    id: 'P19',
    promise: 'What is installed is what was built',
    assertions: [
      {
        text: 'the package has its own files, no install script, all licences, and runs once installed',
        file: 'contracts/package.test.ts',
      },
    ],
  },
  {
    id: 'P20',
    promise: 'Formats are known or refused',
    assertions: [
      {
        text: 'a case of another build is told as one',
        file: 'store/hostile-case.test.ts',
        cases: /^a case with other tables > /,
      },
      { text: 'the format is the documented one', file: 'contracts/case-format.test.ts' },
      { text: 'newer, foreign and damaged files', file: 'e2e/unwritable.test.ts', cases: /^what is no case/ },
    ],
  },
  {
    id: 'S',
    promise: 'The short form runs on the user’s machine',
    assertions: [
      { text: 'coldtrail selftest holds, can fail, and leaves nothing behind', file: 'e2e/selftest.test.ts' },
    ],
  },
  {
    id: 'V',
    promise: 'This page names every test',
    assertions: [
      {
        text: 'each file of tests stands here or beside it, and each exists',
        file: 'contracts/requirements.test.ts',
      },
    ],
  },
]

/** P1 to P20 are the promises of the project; no test can be of these. */
export const WITHOUT_A_PART: Readonly<Record<string, string>> = { P13: 'safe HTML: there is none' }

/** Tests of what the product answers, which the promises take for granted. Names below test/, without .test.ts. */
export const BESIDE: readonly { readonly what: string; readonly files: string }[] = [
  {
    what: 'command lines, help and documents',
    files: `cli/launch cli/typed-case cli/usual-words commands/awkward e2e/not-installed contracts/cli-docs contracts/cli-surface contracts/examples
      contracts/layers`,
  },
  { what: 'discovery', files: 'discover/find-sources discover/path-list discover/trail-path' },
  {
    what: 'decoding and indexing',
    files: `decode/access-line decode/json-reader decode/repeated-keys decode/shapes ingest/containers/tar-gz ingest/rooms
      store/row-pages store/text-segments e2e/speed`,
  },
  {
    what: 'callers, resources and origins',
    files: `normalise/access-log normalise/identity-words normalise/identity normalise/origin normalise/resources/table
      normalise/resources/walk`,
  },
  {
    what: 'answers',
    files: `commands/access-log commands/find commands/not-counted query/access-log query/account-owner query/around
      query/control query/coverage query/delivery-gaps query/early query/filters query/key-spellings query/lineage query/principal-bare-name
      query/principal-match query/principals query/query-plans query/resources query/run-question query/statement
      query/summary query/touch query/unmet-scope query/value query/window`,
  },
  { what: 'forms of answers', files: 'render/format render/reports render/sink render/table' },
]
