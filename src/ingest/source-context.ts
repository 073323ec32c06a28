/** What the sources of a batch share. */
import type { Limits } from '../decode/limits.js'
import type { ListedContainer, StageTimes } from '../model/batch.js'
import type { AccessNormaliser } from '../normalise/access-log.js'
import type { Normaliser } from '../normalise/normalise.js'
import type { Shard } from '../store/shard.js'

export interface SourceContext {
  readonly shard: Shard
  readonly normaliser: Normaliser
  readonly accessNormaliser: AccessNormaliser
  readonly limits: Limits
  readonly reference: boolean
  readonly lenient: boolean
  readonly stages: StageTimes
  /** Containers that were met: their members are indexed later, by whoever is free. */
  readonly containers: ListedContainer[]
}
