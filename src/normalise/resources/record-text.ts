/** The searchable text of a record: its values, joined by spaces. */
const SLASH = 47
const DOT = 46

export class RecordText {
  /** Values that are an ARN as a whole stay apart: the rest is searched for ARNs within. */
  #arns = ''
  #lastArn = ''
  #plain: string[] = []

  start(): void {
    this.#arns = this.#lastArn = ''
    this.#plain = []
  }

  /** What the next value begins with need not be said before it: of a bucket and its host, the host. */
  say(value: string): void {
    if (value === '') return
    const plain = this.#plain
    const last = plain.length - 1
    if (last >= 0 && begins(plain[last] as string, value, DOT)) plain[last] = value
    else plain.push(value)
  }

  /** Of an object and its bucket, in whatever order they are declared, the object. */
  sayArn(value: string): void {
    if (begins(value, this.#lastArn, SLASH)) return
    if (this.#lastArn !== '' && begins(this.#lastArn, value, SLASH))
      this.#arns = this.#arns.slice(0, -this.#lastArn.length) + value
    else this.#arns += ` ${value}`
    this.#lastArn = value
  }

  /** All but the values that are an ARN as a whole. */
  plain(): string {
    return this.#plain.join(' ')
  }

  /** @param plain what plain() gave. */
  whole(plain: string): string {
    return plain === '' ? this.#arns.slice(1) : plain + this.#arns
  }
}

/** Is `whole` what `start` says, a separator, and more? Then all words and phrases of `start` are found in it. */
function begins(start: string, whole: string, separator: number): boolean {
  return whole.charCodeAt(start.length) === separator && whole.startsWith(start)
}
