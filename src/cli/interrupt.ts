/** Ctrl-C: the first signal stops the run at the next safe point, the second ends it at once. */
export interface Interrupt {
  readonly signal: AbortSignal
  /** 130 or 143 once a signal has arrived. */
  exitCode(): number | null
  dispose(): void
}

/** @param stopping what the first signal does, in words */
export function watchInterrupt(note: (line: string) => void, stopping: string): Interrupt {
  const controller = new AbortController()
  let code: number | null = null
  const onSignal = (name: 'SIGINT' | 'SIGTERM'): void => {
    const own = name === 'SIGINT' ? 130 : 143
    if (code !== null) {
      process.removeAllListeners(name)
      process.kill(process.pid, name)
      return
    }
    code = own
    note(stopping)
    controller.abort()
  }
  const onInterrupt = (): void => {
    onSignal('SIGINT')
  }
  const onTerminate = (): void => {
    onSignal('SIGTERM')
  }
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose: () => {
      process.removeListener('SIGINT', onInterrupt)
      process.removeListener('SIGTERM', onTerminate)
    },
  }
}
