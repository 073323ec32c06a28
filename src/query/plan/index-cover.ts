/** Chooses indexes that together reach every event matching a criterion. */
import type { Connection } from '../../store/open.js'
import { countUpTo } from './count.js'
import type { Arm, Criterion } from './criteria.js'
import { armWalk, hasIndex, type Demand } from './walk.js'

type Cover = readonly Arm[]

/** Undefined if an index is missing. `cap`: how far candidates are counted. */
export function coverOf(
  db: Connection,
  demand: Demand,
  criterion: Criterion,
  cap: number,
): Cover | undefined {
  switch (criterion.kind) {
    case 'any':
      return unitedCover(criterion.of.map((part) => coverOf(db, demand, part, cap)))
    case 'all': {
      const covers = criterion.of.map((part) => coverOf(db, demand, part, cap))
      return leastCover(
        covers.filter((cover) => cover !== undefined),
        (arm) => countUpTo(db, armWalk(demand, arm).candidates, cap),
      )
    }
    case 'without':
      return coverOf(db, demand, criterion.wanted, cap)
    case 'dimension':
    case 'column':
    case 'resource':
    case 'form':
    case 'text':
      return hasIndex(demand, criterion) ? [criterion] : undefined
  }
}

/** Merges text arms into one and puts it last: see `apart` in route.ts. */
function unitedCover(covers: readonly (Cover | undefined)[]): Cover | undefined {
  const arms: Arm[] = []
  for (const cover of covers) {
    if (cover === undefined) return undefined
    arms.push(...cover)
  }
  const texts = arms.filter((arm) => arm.kind === 'text')
  if (texts.length === 0) return arms
  const match = texts.map((arm) => arm.match).join(' OR ')
  return [...arms.filter((arm) => arm.kind !== 'text'), { kind: 'text', match }]
}

function leastCover(covers: readonly Cover[], count: (arm: Arm) => number): Cover | undefined {
  const sizes = covers.map((cover) => cover.reduce((sum, arm) => sum + count(arm), 0))
  return covers[sizes.indexOf(Math.min(...sizes))]
}
