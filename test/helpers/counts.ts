/** How often a costly thing is done: in the tests of every change, and in `npm run soak`. */
import type { TestContext } from 'vitest'

const isSoak = process.env['COLDTRAIL_SOAK'] === '1'

export function times(short: number, soak: number): number {
  return isSoak ? soak : short
}

declare module 'vitest' {
  interface TaskMeta {
    /** What a test saw, in numbers: docs/VALIDATION.md tells it. */
    figures?: string[]
  }
}

export function figure({ task }: Pick<TestContext, 'task'>, text: string): void {
  ;(task.meta.figures ??= []).push(text)
}
