import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { FORMATS, openSink } from '../../src/render/format.js'
import { LineWriter } from '../../src/render/sink.js'
import { Collector, filledRow, PIPE } from './rows.js'

const KB = 1024
const LINE = `${'x'.repeat(KB - 1)}\n`

describe('LineWriter', () => {
  it('hands over chunks of about 64 kB and the rest at the end', async () => {
    const out = new Collector()
    const writer = new LineWriter(out)
    for (let i = 0; i < 100; i++) await writer.write(LINE)
    expect(out.chunks.map((chunk) => chunk.length)).toEqual([64 * KB])
    await writer.end()
    expect(out.text).toBe(LINE.repeat(100))
    expect(out.listenerCount('error')).toBe(0)
    expect(out.writableEnded).toBe(false)
  })

  it('asks to wait only when a chunk goes out', async () => {
    const writer = new LineWriter(new Collector())
    const waits = Array.from({ length: 100 }, () => writer.write(LINE))
    expect(waits.flatMap((wait, i) => (wait === undefined ? [] : [i]))).toEqual([63])
    await writer.end()
  })

  it('lets other work happen while it writes to a stream that is always ready', async () => {
    const writer = new LineWriter(new Collector())
    let ticks = 0
    process.nextTick(() => (ticks += 1))
    for (let i = 0; i < 65; i++) await writer.write(LINE)
    expect(ticks).toBe(1)
  })

  it('waits for a slow stream, so that memory stays bounded', async () => {
    let mostBuffered = 0
    const slow = new Writable({
      write(_chunk, _encoding, done) {
        mostBuffered = Math.max(mostBuffered, slow.writableLength)
        setTimeout(done, 2)
      },
    })
    const writer = new LineWriter(slow)
    for (let i = 0; i < 2000; i++) await writer.write(LINE)
    await writer.end()
    expect(mostBuffered).toBeLessThanOrEqual(65 * KB)
  })

  it('keeps other errors as they are', async () => {
    const full = Object.assign(new Error('disk full'), { code: 'ENOSPC' })
    const out = new Writable({
      write: (_chunk, _encoding, done) => {
        done(full)
      },
    })
    const writer = new LineWriter(out)
    void writer.write('x')
    await expect(writer.end()).rejects.toBe(full)
  })

  it('does not wait for ever for a stream that closes without an answer', async () => {
    const stuck = new Writable({ write: () => undefined })
    const writer = new LineWriter(stuck)
    void writer.write('x')
    const ended = writer.end()
    stuck.destroy()
    await expect(ended).rejects.toMatchObject({ code: 'EPIPE' })
  })
})

describe.each(FORMATS)('%s to a reader that goes away', (format) => {
  const row = filledRow('y'.repeat(200))
  const writeMany = async (out: NodeJS.WritableStream) => {
    const sink = openSink(format, ['event_id', 'event_name', 'user_agent'], out, PIPE)
    for (let i = 0; i < 20_000; i++) await sink.write(row)
    await sink.end()
  }

  it('fails with EPIPE when the stream is already closed', async () => {
    const out = new Collector()
    out.destroy()
    await once(out, 'close')
    await expect(writeMany(out)).rejects.toMatchObject({ code: 'EPIPE' })
  })

  it('fails with EPIPE when the pipe breaks under way', async () => {
    const reader = spawn('head', ['-c', '10'], { stdio: ['pipe', 'ignore', 'ignore'] })
    await expect(writeMany(reader.stdin)).rejects.toMatchObject({ code: 'EPIPE' })
  })
})

describe('stdout', () => {
  const endless = `
    const { openSink } = await import(${JSON.stringify(new URL('../../src/render/format.ts', import.meta.url))})
    const sink = openSink('jsonl', ['event_id'], process.stdout, { isTerminal: false, width: 0 })
    try {
      for (;;) await sink.write({ event_id: 'x' })
    } catch (error) {
      process.stderr.write(error.code)
    }`

  it('stops an endless output soon after the reader has gone', async () => {
    const command = '"$NODE" --import tsx --input-type=module -e "$SCRIPT" | head -n 1'
    const env = { ...process.env, NODE: process.execPath, SCRIPT: endless }
    const shell = spawn('sh', ['-c', command], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let reported = ''
    shell.stderr.on('data', (text: Buffer) => (reported += text.toString()))
    shell.stdout.resume()
    await once(shell, 'close')
    expect(reported).toBe('EPIPE')
  })
})
