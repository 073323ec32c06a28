import { statSync } from 'node:fs'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { CaseCommand, NO_LOG } from '../../cli/case-command.js'
import { verifyHandover, type HandoverCheck } from '../../handover/verify.js'
import { verifyLake, type LakeCheck } from '../../lake/manifest.js'
import { CaseError, EXIT } from '../../model/case-error.js'
import { printable } from '../../render/printable.js'

export default class HandoffVerify extends CaseCommand {
  static override summary = 'Check a hand-over file against its manifest and signature.'
  static override description = `Size, SHA-256, the hash of every record, the digest over all events, the full text word for word, SQLite's own check, and the signature of the manifest.
Of a folder of export parquet: that every file has the size and SHA-256 of its manifest and that no other file is in it.
Exit code 12 on any mismatch.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> bob.sqlite',
    '<%= config.bin %> <%= command.id %> bob.sqlite --allowed-signers signers.txt --signer analyst@example.org',
  ]
  static override args = {
    file: Args.string({
      ignoreStdin: true,
      description: 'The hand-over file, with its manifest next to it, or a folder of export parquet.',
      required: true,
    }),
  }
  static override flags = {
    log: NO_LOG,
    'allowed-signers': Flags.string({
      description: 'Who may sign: an allowed_signers file of ssh-keygen.',
      helpValue: 'FILE',
      dependsOn: ['signer'],
    }),
    signer: Flags.string({
      description: 'Who should have signed.',
      helpValue: 'IDENTITY',
      dependsOn: ['allowed-signers'],
    }),
  }

  async run(): Promise<HandoverCheck | LakeCheck> {
    const { args, flags } = await this.parse(HandoffVerify)
    if (statSync(args.file, { throwIfNoEntry: false })?.isDirectory() === true) {
      if (flags.signer !== undefined) {
        throw new CaseError(
          `--allowed-signers and --signer: ${args.file} is a folder, and folders are not signed`,
          {
            hint: 'leave both out to check the folder against its manifest; sign the manifest yourself with: ssh-keygen -Y sign -n file -f KEY manifest.json',
          },
        )
      }
      return this.#lake(args.file)
    }
    const signers =
      flags['allowed-signers'] === undefined || flags.signer === undefined
        ? null
        : { file: flags['allowed-signers'], identity: flags.signer }
    const check = verifyHandover(args.file, signers)
    if (!this.jsonEnabled()) {
      for (const finding of check.findings) process.stdout.write(`${printable(finding)}\n`)
      process.stdout.write(`${printable(`signature ${check.signature}`)}\n`)
    }
    if (check.findings.length > 0) {
      throw new CaseError(`${args.file} does not fit its manifest`, {
        exit: EXIT.verificationFailed,
        hint: 'ask for the file again, and compare its SHA-256 by another way',
      })
    }
    this.note(
      `${args.file} is what its manifest describes: ${check.manifest.counts['events'] ?? 0} events, sha256 ${check.manifest.sha256}`,
    )
    return check
  }

  #lake(dir: string): LakeCheck {
    const check = verifyLake(dir)
    if (!this.jsonEnabled())
      for (const finding of check.findings) process.stdout.write(`${printable(finding)}\n`)
    if (check.findings.length > 0) {
      throw new CaseError(`${dir} does not fit its manifest`, {
        exit: EXIT.verificationFailed,
        hint: 'ask for the folder again',
      })
    }
    this.note(`${dir} is what its manifest describes: ${check.manifest.files.length} files`)
    return check
  }
}
