/** Builds the searchable text of a record: its values, joined by spaces. */
const SLASH = 47
const DOT = 46

export class RecordText {
  /** Values that are an ARN are kept apart: only the rest is searched for embedded ARNs. */
  #arns = ''
  #lastArn = ''
  #plain: string[] = []

  start(): void {
    this.#arns = this.#lastArn = ''
    this.#plain = []
  }

  /** Skips a value that is a prefix of the next one (a bucket name before its host name). */
  add(value: string): void {
    if (value === '') return
    const plain = this.#plain
    const last = plain.length - 1
    if (last >= 0 && begins(plain[last] as string, value, DOT)) plain[last] = value
    else plain.push(value)
  }

  /** Keeps only the longer ARN if one is a prefix of the other. */
  addArn(value: string): void {
    if (begins(value, this.#lastArn, SLASH)) return
    if (this.#lastArn !== '' && begins(this.#lastArn, value, SLASH))
      this.#arns = this.#arns.slice(0, -this.#lastArn.length) + value
    else this.#arns += ` ${value}`
    this.#lastArn = value
  }

  /** All values that are not an ARN. */
  plain(): string {
    return this.#plain.join(' ')
  }

  /** @param plain result of plain(). */
  whole(plain: string): string {
    return plain === '' ? this.#arns.slice(1) : plain + this.#arns
  }
}

/** True if `whole` is `start`, a separator, and more: it then contains all words and phrases of `start`. */
function begins(start: string, whole: string, separator: number): boolean {
  return whole.charCodeAt(start.length) === separator && whole.startsWith(start)
}
