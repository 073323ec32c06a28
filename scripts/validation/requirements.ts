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
      { text: 'damage, bombs and kills in tar.gz', file: 'e2e/tar-gz.test.ts' },
      { text: 'every shape gives the same events', file: 'e2e/shapes.test.ts' },
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
      { text: 'a redacted one holds no original anywhere in its bytes', file: 'handover/redact.test.ts' },
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
    id: 'P20',
    promise: 'Formats are known or refused',
    assertions: [
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
]
