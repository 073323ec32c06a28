import { arch, cpus, platform, release } from 'node:os'
import { CaseCommand, NO_LOG } from '../cli/case-command.js'
import { EXIT } from '../model/case-error.js'
import { printable } from '../render/printable.js'
import { selftest, type CheckResult } from '../selftest/selftest.js'

export interface SelftestResult {
  readonly passed: boolean
  readonly versions: Readonly<Record<string, string>>
  readonly checks: readonly CheckResult[]
}

export default class Selftest extends CaseCommand {
  static override summary = 'Run the self-test.'
  static override description = `Makes a small archive in a temporary folder, indexes and queries it, kills index runs and resumes them, tampers with cases, hand-overs and
signed digests, and prints what was seen for each promise. It takes some seconds, opens no socket, and removes what it made. Exit
code 12 if a promise does not hold.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  static override flags = { log: NO_LOG }

  async run(): Promise<SelftestResult> {
    await this.parse(Selftest)
    const versions = {
      coldtrail: this.config.version,
      node: process.version,
      system: `${platform()} ${release()} ${arch()}, ${cpus().length} processors`,
    }
    this.note(
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    )
    const [script = ''] = process.argv.slice(1)
    const program = [process.execPath, ...process.execArgv, script]
    const checks = await selftest({ toolVersion: this.config.version, program }, (result) => {
      if (!this.jsonEnabled()) process.stdout.write(lineOf(result))
    })
    const failed = checks.filter((check) => !check.passed)
    const seconds = checks.reduce((sum, check) => sum + check.seconds, 0).toFixed(1)
    this.note(`${checks.length - failed.length} of ${checks.length} promises hold, ${seconds} s`)
    if (failed.length > 0) process.exitCode = EXIT.verificationFailed
    return { passed: failed.length === 0, versions, checks }
  }
}

function lineOf({ id, promise, passed, seen, seconds }: CheckResult): string {
  const head = `${passed ? 'holds ' : 'FAILS '} ${id.padEnd(4)} ${promise} (${seconds.toFixed(1)} s)`
  return `${printable(head)}\n            ${printable(seen)}\n`
}
