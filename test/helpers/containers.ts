/** Zips and tars for tests, honest and not. */
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'

export interface ZipEntry {
  readonly name: string
  readonly bytes: Buffer
  /** Stored, not deflated. */
  readonly stored?: boolean
  /** The lengths follow the data, as in a zip written to a pipe: with a signature or without. */
  readonly descriptor?: 'signed' | 'bare'
  /** Lengths of 8 bytes. */
  readonly zip64?: boolean
  /** Lies of the list. */
  readonly claim?: { readonly size?: number; readonly crc?: number; readonly flags?: number }
}

export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const list: Buffer[] = []
  let offset = 0
  for (const { name, bytes, stored = false, descriptor, zip64 = false, claim = {} } of entries) {
    const data = stored ? bytes : deflateRawSync(bytes)
    const label = Buffer.from(name)
    const size = claim.size ?? bytes.length
    const crc = claim.crc ?? crc32(bytes)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(zip64 ? 45 : 20, 0)
    common.writeUInt16LE((claim.flags ?? 0) | 0x800 | (descriptor === undefined ? 0 : 8), 2)
    common.writeUInt16LE(stored ? 0 : 8, 4)
    common.writeUInt32LE(crc, 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(size, 18)
    common.writeUInt16LE(label.length, 22)
    const here = Buffer.from(common)
    if (descriptor !== undefined) here.fill(0, 10, 22)
    else if (zip64) here.fill(0xff, 14, 22)
    const extra = zip64 && descriptor === undefined ? wideSizes(size, data.length) : Buffer.alloc(0)
    here.writeUInt16LE(extra.length, 24)
    const behind = descriptor === undefined ? [] : [lengthsBehind(descriptor, zip64, crc, data.length, size)]
    const start = Buffer.from('PK\u0003\u0004', 'latin1')
    const local = Buffer.concat([start, here, label, extra, data, ...behind])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    list.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), common, tail, label]))
    parts.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(list)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006', 0, 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, directory, end])
}

function wideSizes(size: number, packed: number): Buffer {
  const extra = Buffer.alloc(20)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(16, 2)
  extra.writeBigUInt64LE(BigInt(size), 4)
  extra.writeBigUInt64LE(BigInt(packed), 12)
  return extra
}

function lengthsBehind(
  form: 'signed' | 'bare',
  zip64: boolean,
  crc: number,
  packed: number,
  size: number,
): Buffer {
  const lengths = Buffer.alloc(zip64 ? 20 : 12)
  lengths.writeUInt32LE(crc, 0)
  for (const [at, value] of [packed, size].entries())
    if (zip64) lengths.writeBigUInt64LE(BigInt(value), 4 + at * 8)
    else lengths.writeUInt32LE(value, 4 + at * 4)
  return Buffer.concat([Buffer.from(form === 'signed' ? 'PK\u0007\u0008' : '', 'latin1'), lengths])
}

export interface TarEntry {
  readonly name: string
  readonly bytes?: Buffer
  readonly type?: 'file' | 'symlink' | 'directory'
}

export async function makeTar(entries: readonly TarEntry[]): Promise<Buffer> {
  const tar = pack()
  const chunks: Buffer[] = []
  const done = (async () => {
    for await (const chunk of tar) chunks.push(chunk as Buffer)
  })()
  for (const { name, bytes = Buffer.alloc(0), type = 'file' } of entries) {
    tar.entry(
      { name, type, mtime: new Date(0), ...(type === 'symlink' ? { linkname: '/etc/passwd' } : {}) },
      bytes,
    )
  }
  tar.finalize()
  await done
  return Buffer.concat(chunks)
}

export async function makeTarGz(entries: readonly TarEntry[], level = 6): Promise<Buffer> {
  return gzipSync(await makeTar(entries), { level })
}
