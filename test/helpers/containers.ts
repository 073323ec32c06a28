/** Zips and tars for tests, honest and not. */
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'

export interface ZipEntry {
  readonly name: string
  readonly bytes: Buffer
  /** Stored, not deflated. */
  readonly stored?: boolean
  /** Lies of the list. */
  readonly claim?: { readonly size?: number; readonly crc?: number; readonly flags?: number }
}

export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const list: Buffer[] = []
  let offset = 0
  for (const { name, bytes, stored = false, claim = {} } of entries) {
    const data = stored ? bytes : deflateRawSync(bytes)
    const label = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE((claim.flags ?? 0) | 0x800, 2)
    common.writeUInt16LE(stored ? 0 : 8, 4)
    common.writeUInt32LE(claim.crc ?? crc32(bytes), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(claim.size ?? bytes.length, 18)
    common.writeUInt16LE(label.length, 22)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), common, label, data])
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

export async function makeTarGz(entries: readonly TarEntry[]): Promise<Buffer> {
  return gzipSync(await makeTar(entries))
}
