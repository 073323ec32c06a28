/** Progress of an index run on stderr: a bar on a terminal, else a line every 30 s. */
import cliProgress from 'cli-progress'
import type { ProgressListener, ProgressState } from '../../ingest/plan.js'

const LINE_EVERY_MS = 30_000

export interface ProgressLine {
  readonly listen: ProgressListener
  stop(): void
}

export function openProgressLine(out: NodeJS.WriteStream, quiet: boolean): ProgressLine {
  if (quiet) return { listen: () => undefined, stop: () => undefined }
  return out.isTTY ? bar(out) : lines(out)
}

function bar(out: NodeJS.WriteStream): ProgressLine {
  const single = new cliProgress.SingleBar(
    {
      stream: out,
      clearOnComplete: true,
      hideCursor: true,
      // Wide enough to smooth over files of very different size.
      etaBuffer: 100,
      format: (options, params, payload: { state?: ProgressState; started: number }) => {
        const { state } = payload
        if (state === undefined) return 'looking for files…'
        const filled = cliProgress.Format.BarFormat(params.progress, options)
        return `[${filled}] ${Math.floor(params.progress * 100)} %  ${describe(state, payload.started, params.eta)}`
      },
      barsize: 20,
    },
    cliProgress.Presets.legacy,
  )
  const started = performance.now()
  let running = false
  return {
    listen: (state) => {
      const [done, total] = share(state)
      if (!running) {
        single.start(Math.max(total, 1), done, { state, started })
        running = true
      }
      single.setTotal(Math.max(total, 1))
      single.update(done, { state, started })
    },
    stop: () => {
      if (running) single.stop()
    },
  }
}

function lines(out: NodeJS.WriteStream): ProgressLine {
  const started = performance.now()
  let last = started
  return {
    listen: (state) => {
      const now = performance.now()
      if (now - last < LINE_EVERY_MS) return
      last = now
      const [done, total] = share(state)
      const eta = done === 0 ? 0 : (((now - started) / 1000) * (total - done)) / done
      out.write(`${total === 0 ? 0 : Math.floor((done / total) * 100)} %  ${describe(state, started, eta)}\n`)
    },
    stop: () => undefined,
  }
}

function share(state: ProgressState): [done: number, total: number] {
  return state.phase === 'finishing'
    ? [state.filesDone, state.filesTotal]
    : [state.bytesDone, state.bytesTotal]
}

function describe(state: ProgressState, started: number, eta: number | string): string {
  const seconds = (performance.now() - started) / 1000
  switch (state.phase) {
    case 'looking':
      return 'looking for files'
    case 'comparing':
      return `comparing with the case: ${state.filesDone}/${state.filesTotal} files`
    case 'finishing':
      return `finishing: ${state.step}`
    case 'indexing': {
      const rate = seconds > 0 ? Math.round(state.events / seconds) : 0
      return `${state.filesDone}/${state.filesTotal} files  ${mb(state.bytesDone)}/${mb(state.bytesTotal)} MB  ${state.events} events  ${rate} events/s  ETA ${clock(Number(eta))}  problems ${state.problems}  duplicates ${state.duplicates}`
    }
  }
}

function mb(bytes: number): string {
  return (bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)
}

function clock(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '-'
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
