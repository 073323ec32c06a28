import * as Flags from '@oclif/core/flags'
import { CaseCommand } from '../../cli/case-command.js'
import {
  CHECKED_FILE_FORMATS,
  isAsItShouldBe,
  noCheckedFiles,
  openCheckedFiles,
} from '../../cli/parse/checked-files.js'
import { EXIT } from '../../model/case-error.js'
import type { CheckedFile } from '../../model/verification.js'
import { verifyDigests, type DigestReport } from '../../verify/digest/verify-digests.js'

export interface DigestVerifyResult extends DigestReport {
  /** Files that are neither VALID nor CONSISTENT, up to MOST_FILES. */
  readonly files: readonly CheckedFile[]
}

const MOST_FILES = 10_000

export default class DigestVerify extends CaseCommand {
  static override summary = 'Validate the CloudTrail digests of a case, offline.'
  static override description = `Compares every log file with the digest that lists it, and checks the signature of every digest with CloudTrail's public keys.
Each file is VALID, INVALID, MISSING, NOT COVERED, UNSIGNED TAIL (of the newest digest, whose signature is only in the metadata of its object)
or CONSISTENT (no keys given). The results are stored in the case: show and info print them. Exit code 12 if anything is INVALID or MISSING.

While online, get the keys of each region, and the signature of each newest digest:
  aws cloudtrail list-public-keys --region REGION --start-time TIME --end-time TIME > keys.json
  aws s3api head-object --bucket BUCKET --key KEY > metadata/NAME-OF-THE-DIGEST.json`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --keys keys.json',
    '<%= config.bin %> <%= command.id %> --keys us-east-1.json --keys eu-west-1.json --metadata ./metadata --format jsonl',
  ]
  static override flags = {
    keys: Flags.string({
      description:
        'Public keys, as aws cloudtrail list-public-keys prints them. May repeat: each region has its own.',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
    }),
    metadata: Flags.string({
      description: 'Folder of saved aws s3api head-object output, each file named after its digest.',
      helpValue: 'DIR',
    }),
    format: Flags.option({
      description: 'table: only files with a finding; the other formats: every file.',
      options: CHECKED_FILE_FORMATS,
      default: 'table' as const,
    })(),
  }

  async run(): Promise<DigestVerifyResult> {
    const { flags } = await this.parse(DigestVerify)
    const note = (line: string): void => {
      this.note(line)
    }
    const printer = this.jsonEnabled() ? noCheckedFiles() : openCheckedFiles(flags.format, note)
    const files: CheckedFile[] = []
    let checked = 0
    const plan = {
      casePath: flags.case,
      keyFiles: flags.keys ?? [],
      metadataFolder: flags.metadata ?? null,
      toolVersion: this.config.version,
    }
    const report = await verifyDigests(plan, async (found) => {
      checked += found.length
      if (files.length < MOST_FILES) files.push(...found.filter((file) => !isAsItShouldBe(file)))
      await printer.files(found)
    })
    await printer.end(report)
    this.shown = checked
    report.notes.forEach(note)
    if (report.notKept !== null)
      note(`results are not stored: the case cannot be written to (${report.notKept})`)
    const bad = Object.values(report.counts).some(
      (states) => (states.INVALID ?? 0) + (states.MISSING ?? 0) > 0,
    )
    process.exitCode = bad ? EXIT.verificationFailed : EXIT.done
    return { ...report, files }
  }
}
