/** How often a costly thing is done: in the tests of every change, and in `npm run soak`. */

const isSoak = process.env['COLDTRAIL_SOAK'] === '1'

/** Marks a test that does more in a soak: `npm run soak` runs these and no others. */
export const SOAK = 'soak'

export function times(short: number, soak: number): number {
  return isSoak ? soak : short
}

/** Prints what a test measured; only in a soak, where somebody reads it. */
export function figure({ task }: { readonly task: { readonly name: string } }, text: string): void {
  if (isSoak) process.stdout.write(`${task.name}: ${text}\n`)
}
