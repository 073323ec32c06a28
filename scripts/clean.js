// Removes build output, so that a deleted source file leaves no stale twin in dist.
import { rmSync } from 'node:fs'

for (const name of ['dist', 'oclif.manifest.json']) {
  rmSync(new URL(`../${name}`, import.meta.url), { recursive: true, force: true })
}
