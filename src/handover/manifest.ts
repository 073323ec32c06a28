/** The manifest of a hand-over file, checkable by people and `sha256sum`. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { CaseError, EXIT } from '../model/case-error.js'

/** Namespace for ssh-keygen: a signature made for another purpose is invalid. */
const SIGNATURE_NAMESPACE = 'coldtrail-handoff'

export const MANIFEST = z.object({
  file: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.number().int(),
  logical_digest: z.string(),
  case_logical_digest: z.string(),
  counts: z.record(z.string(), z.number()),
  /** Table → SHA-256 over its rows; logical_digest covers them all. */
  tables: z.record(z.string(), z.string()),
  question: z.unknown(),
  kinds: z.array(z.string()),
  notes: z.array(z.string()),
  redacted: z.boolean(),
  /** The limit of redaction in one sentence; null for an unredacted file. */
  redaction_limit: z.string().nullish(),
  created: z.string(),
  versions: z.record(z.string(), z.string()),
})

export type Manifest = z.infer<typeof MANIFEST>

export function manifestPath(out: string): string {
  return `${out}.manifest.json`
}

export function writeManifest(out: string, manifest: Omit<Manifest, 'file' | 'sha256' | 'size'>): Manifest {
  const whole: Manifest = {
    file: path.basename(out),
    sha256: sha256OfFile(out),
    size: statSync(out).size,
    ...manifest,
  }
  writeFileSync(manifestPath(out), `${JSON.stringify(whole, null, 2)}\n`, { mode: 0o444, flag: 'wx' })
  return whole
}

/** @throws CaseError exit 12 if it is missing or not a manifest. */
export function readManifest(out: string): Manifest {
  const file = manifestPath(out)
  if (!isRegular(file))
    throw new CaseError(`no manifest at ${file}`, {
      exit: EXIT.verificationFailed,
      hint: 'ask for the file that was handed over with it',
    })
  try {
    return MANIFEST.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new CaseError(`${file} is not a manifest: ${(error as Error).message}`, {
      exit: EXIT.verificationFailed,
      cause: error,
    })
  }
}

/** A pipe or device may never end. */
export function isRegular(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true
}

export function sha256OfFile(file: string): string {
  const digest = createHash('sha256')
  const chunk = Buffer.allocUnsafe(1024 * 1024)
  const fd = openSync(file, 'r')
  try {
    for (;;) {
      const read = readSync(fd, chunk, 0, chunk.length, null)
      if (read === 0) return digest.digest('hex')
      digest.update(chunk.subarray(0, read))
    }
  } finally {
    closeSync(fd)
  }
}

/** Signs the manifest, which contains the file's hash. @throws CaseError if ssh-keygen is missing or fails. */
export function signManifest(out: string, keyFile: string): string {
  const file = manifestPath(out)
  const made = spawnSync('ssh-keygen', ['-Y', 'sign', '-n', SIGNATURE_NAMESPACE, '-f', keyFile, file], {
    encoding: 'utf8',
  })
  if (made.error !== undefined || made.status !== 0) {
    throw new CaseError(`ssh-keygen could not sign: ${made.error?.message ?? made.stderr.trim()}`, {
      hint: 'name a private key: ssh-keygen -t ed25519 -f KEY',
    })
  }
  return `${file}.sig`
}

export type SignatureState = 'none' | 'good' | 'bad' | 'not-checked'

/** A list of allowed signers proves who signed; without one, only that the signature matches the manifest. */
export function checkSignature(
  out: string,
  signers: { readonly file: string; readonly identity: string } | null,
): { state: SignatureState; detail: string } {
  const file = manifestPath(out)
  const signature = `${file}.sig`
  if (!isRegular(signature)) return { state: 'none', detail: 'there is no signature' }
  const base = ['-n', SIGNATURE_NAMESPACE, '-s', signature]
  const args =
    signers === null
      ? ['-Y', 'check-novalidate', ...base]
      : ['-Y', 'verify', '-f', signers.file, '-I', signers.identity, ...base]
  const checked = spawnSync('ssh-keygen', args, { encoding: 'utf8', input: readFileSync(file) })
  if (checked.error !== undefined)
    return { state: 'not-checked', detail: `cannot run ssh-keygen: ${checked.error.message}` }
  return { state: checked.status === 0 ? 'good' : 'bad', detail: `${checked.stdout}${checked.stderr}`.trim() }
}
