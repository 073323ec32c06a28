/**
 * What piscina loads in a thread. CommonJS, because piscina calls `require` on it: Node 20 aborts the whole process
 * (`FATAL ERROR: v8::Module::IsGraphAsync`) when a thread is ended while it requires an ES module.
 */
import type * as Worker from './worker.js' with { 'resolution-mode': 'import' }

const worker = (): Promise<typeof Worker> => import('./worker.js')

const index = async (task: Parameters<typeof Worker.index>[0]) => (await worker()).index(task)
const hash = async (task: Parameters<typeof Worker.hash>[0]) => (await worker()).hash(task)

export = { index, hash }
