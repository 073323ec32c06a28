/** Batched lstat. */
import { lstat, type Stats } from 'node:fs'
import { openable, type PathBytes } from './path-bytes.js'

/** libuv has 4 threads: with a promise per path, 8 at once took 9 µs a path, 32 and 128 both 7. */
export const STATS_AT_ONCE = 64

/** In the order of `paths`. Callbacks and a single promise: 5 µs a path. */
export function statsOfAll(paths: readonly PathBytes[]): Promise<(Stats | NodeJS.ErrnoException)[]> {
  const results = new Array<Stats | NodeJS.ErrnoException>(paths.length)
  let open = paths.length
  if (open === 0) return Promise.resolve(results)
  return new Promise((resolve) => {
    paths.forEach((path, index) => {
      lstat(openable(path), (error, stats) => {
        results[index] = error ?? stats
        if (--open === 0) resolve(results)
      })
    })
  })
}
