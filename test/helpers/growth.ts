/** How much more work a larger input is: the same on a slow machine and a busy one, where a time is not. */

const TURNS = 3

/**
 * CPU of an input four times as large, by that of the input, the least of some turns each. Linear work gives about 4, quadratic
 * work 16.
 * @param size large enough that one call takes some milliseconds.
 */
export async function growthByFour(size: number, work: (size: number) => unknown): Promise<number> {
  await work(size)
  const costs = { small: Infinity, large: Infinity }
  for (let turn = 0; turn < TURNS; turn++) {
    costs.small = Math.min(costs.small, await cpuOf(() => work(size)))
    costs.large = Math.min(costs.large, await cpuOf(() => work(4 * size)))
  }
  return costs.large / Math.max(costs.small, 1000)
}

/** Microseconds of this process, and of no other one. */
async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}
