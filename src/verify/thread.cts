/** What piscina loads in a thread; CommonJS for the reason in src/ingest/thread.cts. */
import type * as Worker from './worker.js' with { 'resolution-mode': 'import' }

const worker = (): Promise<typeof Worker> => import('./worker.js')

const sources = async (task: Parameters<typeof Worker.sources>[0]) => (await worker()).sources(task)
const whole = async (task: Parameters<typeof Worker.whole>[0]) => (await worker()).whole(task)

export = { sources, whole }
