/** What piscina loads in a thread; CommonJS for the reason in src/ingest/thread.cts. */
import type * as Worker from './worker.js' with { 'resolution-mode': 'import' }

const worker = (): Promise<typeof Worker> => import('./worker.js')

const records = async (task: Parameters<typeof Worker.records>[0]) => (await worker()).records(task)

export = { records }
