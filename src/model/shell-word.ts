/** What is pasted into a shell must not do anything else, whatever a session is named. */
export function shellWord(text: string): string {
  return /^[\w+=,.@:/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
