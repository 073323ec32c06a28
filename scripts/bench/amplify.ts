/** Multiplies real log files: every copy of a record gets fresh ids and a shifted time by textual replacement. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Archive } from './archive.js'
import type { Tally } from './corpus.js'
import { Random } from './random.js'
import { isoTime } from './record.js'

interface Template {
  readonly text: string
  readonly account: string
  readonly region: string
  readonly seconds: number
  readonly principal: string | undefined
  readonly touches: readonly string[]
}

interface Original {
  readonly eventTime: string
  readonly awsRegion: string
  readonly recipientAccountId: string
  readonly userIdentity: {
    readonly arn?: string
    readonly sessionContext?: { sessionIssuer?: { arn?: string } }
  }
  readonly resources?: readonly { readonly ARN?: string }[]
}

const START = Date.UTC(2024, 2, 4) / 1000
const IDS = /"(eventID|requestID|sharedEventID)":"([^"]+)"/g
const TIMES = /"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g

/** Returns the number of records written. */
export async function amplify(
  archive: Archive,
  tally: Tally,
  folder: string,
  size: { events: number; files: number; days: number; seed: number },
): Promise<number> {
  const templates = await readTemplates(folder)
  const random = new Random(size.seed, 'amplify')
  const copies = Math.ceil(size.events / templates.length)
  const begin = Math.min(...templates.map((t) => t.seconds))
  const perFile = Math.ceil(size.events / size.files)
  let batch: string[] = []
  for (let n = 0; n < size.events; n++) {
    const template = templates[n % templates.length]!
    const copy = Math.floor(n / templates.length)
    const shift = START - begin + Math.floor((copy * size.days * 86400) / copies)
    const { text, ids } = renew(template.text, shift, random)
    tally.count(
      { principal: template.principal, touches: template.touches },
      { requestId: ids.get('requestID'), eventId: ids.get('eventID') ?? '' },
      template.seconds + shift,
    )
    batch.push(text)
    if (batch.length < perFile && n < size.events - 1) continue
    const { account, region } = template
    await archive.add({ account, region, seconds: template.seconds + shift + 300 }, batch)
    batch = []
  }
  return size.events
}

async function readTemplates(folder: string): Promise<Template[]> {
  const templates: Template[] = []
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.json')).sort()) {
    const document = JSON.parse(await readFile(path.join(folder, name), 'utf8')) as { Records: Original[] }
    for (const record of document.Records) {
      const { arn, sessionContext } = record.userIdentity
      templates.push({
        text: JSON.stringify(record),
        account: record.recipientAccountId,
        region: record.awsRegion,
        seconds: Date.parse(record.eventTime) / 1000,
        principal: sessionContext?.sessionIssuer?.arn ?? arn,
        touches: (record.resources ?? []).flatMap((r) => (r.ARN === undefined ? [] : [r.ARN])),
      })
    }
  }
  if (templates.length === 0) throw new Error(`no .json log files in ${folder}`)
  return templates.sort((a, b) => a.seconds - b.seconds)
}

/** An id keeps its form: UUIDs stay UUIDs, S3 request ids stay 16 capitals and digits; all places of one id change alike. */
function renew(text: string, shift: number, random: Random): { text: string; ids: Map<string, string> } {
  const ids = new Map<string, string>()
  let fresh = text
  for (const [, field, old] of text.matchAll(IDS)) {
    const id = /^[0-9a-f-]{36}$/.test(old!)
      ? random.uuid()
      : /^[0-9A-Z]{16}$/.test(old!)
        ? random.upper(16)
        : old!
    ids.set(field!, id)
    if (id !== old) fresh = fresh.replaceAll(old!, id)
  }
  fresh = fresh.replace(TIMES, (quoted) => `"${isoTime(Date.parse(quoted.slice(1, -1)) / 1000 + shift)}"`)
  return { text: fresh, ids }
}
