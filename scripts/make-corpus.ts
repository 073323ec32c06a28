/**
 * Makes a generated archive: `npx tsx scripts/make-corpus.ts large --seed 1 --duplicates 0.2 --out bench-data`.
 * The answer key is written next to it, as NAME.answers.json. `quickstart` remakes fixtures/quickstart.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ensureCorpus, PROFILES, type ProfileName } from './bench/corpus.js'
import { makeStory } from './bench/story.js'

const root = path.resolve(import.meta.dirname, '..')
const USAGE = `usage: npx tsx scripts/make-corpus.ts PROFILE [--seed N] [--duplicates SHARE] [--amplify FOLDER] [--out FOLDER]
profiles: ${Object.entries(PROFILES)
  .map(([name, { events, files }]) => `${name} (${events} events, ${files} files)`)
  .join(', ')}, quickstart`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    duplicates: { type: 'string', default: '0' },
    amplify: { type: 'string' },
    out: { type: 'string', default: path.join(root, 'bench-data') },
  },
})

const profile = positionals[0]
if (profile === 'quickstart') {
  console.log(await makeStory(path.join(root, 'fixtures/quickstart')))
  process.exit(0)
}
if (profile === undefined || !Object.hasOwn(PROFILES, profile)) {
  console.error(USAGE)
  process.exit(2)
}

const { folder, key } = await ensureCorpus(
  path.resolve(values.out),
  {
    profile: profile as ProfileName,
    seed: Number(values.seed),
    duplicates: Number(values.duplicates),
    amplify: values.amplify,
  },
  (line) => {
    console.error(line)
  },
)
const ratio = (key.jsonBytes / key.gzBytes).toFixed(2)
console.log(`${folder}: ${key.records} records of ${key.events} events in ${key.files} files`)
console.log(
  `${key.jsonBytes} bytes JSON (${Math.round(key.jsonBytes / key.records)} a record), ${key.gzBytes} bytes gzip, ${ratio} : 1`,
)
