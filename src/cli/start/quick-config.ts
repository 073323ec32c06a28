/** oclif configuration built from what the build knows: reads no files, has no plug-ins. */
import { Config } from '@oclif/core/config'
import type * as Interfaces from '@oclif/core/interfaces'
import PACKAGE from '../../../package.json' with { type: 'json' }

class QuickConfig extends Config {
  /** Only plug-ins have hooks. */
  override runHook<T extends keyof Interfaces.Hooks>(): Promise<
    Interfaces.Hook.Result<Interfaces.Hooks[T]['return']>
  > {
    return Promise.resolve({ successes: [], failures: [] })
  }
}

export function quickConfig(root: string, userAgent: string): Config {
  const { name, version, oclif } = PACKAGE
  const known = {
    name,
    version,
    root,
    userAgent,
    bin: oclif.bin,
    dirname: oclif.dirname,
    topicSeparator: ' ',
  }
  return Object.assign(new QuickConfig({ root }), known)
}
