import path from 'node:path'
import { verifyDigests } from '../verify/digest/verify-digests.js'
import { indexInto } from './check-index.js'
import { expectEqual, type Bench, type Check } from './check.js'
import { makeKey } from './signed-digest.js'
import { SignedLogs, SPOILED, type Spoiled } from './signed-logs.js'

export const digestChecks: readonly Check[] = [
  {
    id: 'P17',
    promise: 'log files are held against CloudTrail’s signed digests, offline',
    run: async (bench) => {
      const key = makeKey()
      for (const spoiled of SPOILED) await checkChain(bench, key, spoiled)
      const named = SPOILED.map(({ what }) => what).filter((what) => what !== 'nothing')
      return `a sound chain has no fault; each found and named, nothing invented: ${named.join(', ')}`
    },
  },
]

async function checkChain(
  { folder, archive, toolVersion }: Bench,
  key: ReturnType<typeof makeKey>,
  { what, spoil, wrongKey = false }: Spoiled,
): Promise<void> {
  const place = path.join(folder, 'chains', what.replaceAll(' ', '-'))
  const text = (hour: number): string => `{"Records":[${archive.records[hour]?.text ?? ''}]}`
  const signed = new SignedLogs(path.join(place, 'logs'), key, text)
  const expected = spoil(signed)
  const keyFile = signed.writeKeys(wrongKey ? makeKey() : key)
  const casePath = path.join(place, 'case.sqlite')
  await indexInto(casePath, [signed.root], toolVersion)
  const bad: string[] = []
  await verifyDigests({ casePath, keyFiles: [keyFile], metadataFolder: null, toolVersion }, (files) => {
    for (const { state, key: url, path: file } of files)
      if (state === 'INVALID' || state === 'MISSING') bad.push(url ?? file ?? '')
  })
  expectEqual(`with ${what}: INVALID or MISSING`, bad.sort(), [...expected].sort())
}
