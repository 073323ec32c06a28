import * as Args from '@oclif/core/args'
import { CaseCommand } from '../cli/case-command.js'
import { openCase } from '../cli/open-case.js'
import { writeBytes } from '../cli/output/write-bytes.js'
import { CaseError } from '../model/case-error.js'
import { shellWord } from '../model/shell-word.js'
import type { SignedState } from '../model/verification.js'
import { eventsOfLine, linesOfEvent } from '../query/access-log/same-request.js'
import {
  idOfBeginning,
  readAccessLines,
  readCopies,
  readRecords,
  type Appearance,
  type Copy,
} from '../query/find/appearances.js'
import { terminalRecord } from '../render/terminal-record.js'
import { signedStateAt } from '../verify/signed-state.js'

/** With the result of the newest digest verify, if there was one. */
export type ShownAppearance = Appearance & {
  readonly verification?: SignedState
  /** Files with the same bytes. */
  readonly copies: readonly Copy[]
}

export interface ShowResult {
  readonly records: readonly {
    /** null for an access-log line. */
    readonly event_id: string | null
    readonly record: string
    readonly appearances: readonly ShownAppearance[]
  }[]
}

export default class Show extends CaseCommand {
  static override summary =
    'Print the exact record of an event, or line of an access log, and where it came from.'
  static override description = `The record's bytes go to stdout as they were delivered; its origin goes to stderr.
On a terminal, control characters are shown by their JSON escapes. A line of an S3 server access log is named by its request ID or host ID.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> 6b3c8f2e-1f0a-4d55-9b0e-0c1f7f1f2a11',
    '<%= config.bin %> <%= command.id %> 6b3c8f2e-1f0a-4d55-9b0e-0c1f7f1f2a11 | jq .requestParameters',
  ]
  static override args = {
    event_id: Args.string({
      ignoreStdin: true,
      description: 'eventID of the event or its first 8 characters, or request ID of a line.',
      required: true,
    }),
  }

  async run(): Promise<ShowResult> {
    const { args, flags } = await this.parse(Show)
    const db = openCase(flags.case)
    const exact = readRecords(db, args.event_id)
    const lines = exact.length > 0 ? [] : readAccessLines(db, args.event_id)
    const eventId = exact.length + lines.length > 0 ? args.event_id : idOfBeginning(db, args.event_id)
    const events = eventId === args.event_id ? exact : readRecords(db, eventId)
    const found = events.length > 0 ? events : lines
    const shown = found.map((record) => ({
      ...record,
      appearances: record.appearances.map((place) => ({
        ...withState(place, signedStateAt(db, place)),
        copies: readCopies(db, place),
      })),
    }))
    if (shown.length === 0) {
      throw new CaseError(`no event ${args.event_id} in ${flags.case}`, {
        hint: `coldtrail find request ${shellWord(args.event_id)} looks for a request ID`,
      })
    }
    this.shown = shown.length
    if (shown.length > 1) {
      const records = shown.some(({ is_form }) => is_form === true) ? 'records or reduced forms' : 'records'
      const what =
        events.length > 0 ? `different ${records} have this eventID` : 'lines of access logs have this ID'
      this.note(`${shown.length} ${what}`)
    }
    const related = events.length > 0 ? linesOfEvent : eventsOfLine
    for (const note of related(db, eventId)) this.note(note)
    for (const { record, appearances, repeats_key } of shown) {
      appearances.forEach((place, index) => {
        this.note(originLine(place, index, appearances.length))
        for (const copy of place.copies) this.note(`  the same bytes are in ${nameOf(copy)}`)
        if (place.verification !== undefined) this.note(`  ${stateLine(place.verification)}`)
      })
      if (repeats_key) this.note(REPEATED_KEY)
      if (!this.jsonEnabled()) await this.#print(record, shown.length > 1)
    }
    db.close()
    return {
      records: shown.map(({ event_id, record, appearances }) => ({
        event_id,
        record: record.toString('utf8'),
        appearances,
      })),
    }
  }

  /** A single record is printed as the bare bytes; several are separated by newlines. */
  async #print(record: Buffer, several: boolean): Promise<void> {
    const bytes = process.stdout.isTTY ? terminalRecord(record) : record
    await writeBytes(process.stdout, several ? Buffer.concat([bytes, Buffer.from('\n')]) : bytes)
  }
}

const REPEATED_KEY = 'an object of this record repeats a key: the columns hold the last value'

function originLine(place: Appearance, index: number, of: number): string {
  const place_ = `${nameOf(place)}, byte ${place.record_offset}, ${place.record_length} bytes`
  return `appearance ${index + 1} of ${of}: ${place_}, file sha256 ${place.sha256 ?? '-'}, content sha256 ${place.content_sha256 ?? '-'}`
}

function nameOf({ source_path, member }: Copy): string {
  return member === null ? source_path : `${source_path} member ${member}`
}

function withState(
  place: Appearance,
  verification: SignedState | null,
): Appearance & Pick<ShownAppearance, 'verification'> {
  return verification === null ? place : { ...place, verification }
}

function stateLine({ state, reason, digest_key, fingerprint, finished }: SignedState): string {
  const digest = digest_key === null ? '' : `listed in digest ${digest_key}`
  const signed =
    state === 'VALID' && fingerprint !== null ? `signed with CloudTrail's key ${fingerprint}` : ''
  const why = [digest, signed, reason ?? ''].filter((part) => part !== '').join(', ')
  return `this file is ${state}${why === '' ? '' : `: ${why}`} (digest verify of ${finished})`
}
