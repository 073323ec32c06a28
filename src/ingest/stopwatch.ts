import type { StageTimes } from '../model/batch.js'

/** @returns a function that adds the time since its last call to a stage. */
export function stopwatch(stages: StageTimes): (stage: keyof StageTimes) => void {
  let clock = performance.now()
  return (stage) => {
    const now = performance.now()
    stages[stage] += now - clock
    clock = now
  }
}
