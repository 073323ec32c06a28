/** Running counts of a run; the listener prints them. */
import type { ProgressListener, ProgressState } from './plan.js'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export class Progress {
  readonly #listener: ProgressListener
  readonly #state: Mutable<ProgressState> = {
    phase: 'looking',
    bytesDone: 0,
    bytesTotal: 0,
    filesDone: 0,
    filesTotal: 0,
    events: 0,
    problems: 0,
    duplicates: 0,
    step: '',
  }

  constructor(listener: ProgressListener) {
    this.#listener = listener
  }

  phase(phase: ProgressState['phase']): void {
    this.#state.phase = phase
    this.#notify()
  }

  comparing(filesDone: number, filesTotal: number, bytesDone: number, bytesTotal: number): void {
    Object.assign(this.#state, { phase: 'comparing', filesDone, filesTotal, bytesDone, bytesTotal })
    this.#notify()
  }

  indexing(filesTotal: number, bytesTotal: number): void {
    Object.assign(this.#state, { phase: 'indexing', filesDone: 0, bytesDone: 0, filesTotal, bytesTotal })
    this.#notify()
  }

  /** Adds members of containers found meanwhile. */
  more(files: number, bytes: number): void {
    this.#state.filesTotal += files
    this.#state.bytesTotal += bytes
  }

  merged(files: number, bytes: number, problems: number): void {
    this.#state.filesDone += files
    this.#state.bytesDone += bytes
    this.#state.problems += problems
  }

  addEvents(events: number, duplicateSources: number): void {
    this.#state.events += events
    this.#state.duplicates += duplicateSources
    this.#notify()
  }

  finishing(step: string, done: number, of: number): void {
    Object.assign(this.#state, { phase: 'finishing', step, filesDone: done, filesTotal: of })
    this.#notify()
  }

  #notify(): void {
    this.#listener({ ...this.#state })
  }
}
