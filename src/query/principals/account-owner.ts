/** Accounts that AWS has published as its own, said wherever one appears. */
// A table of accounts: data, not normalising.
// eslint-disable-next-line no-restricted-imports
import { ownedAccountLabel } from '../../normalise/owned-accounts.js'

// eslint-disable-next-line no-restricted-imports
export { ownedAccountLabel } from '../../normalise/owned-accounts.js'

/** The account, with its owner where that is AWS. */
export function labelledAccount(account: string): string {
  const owner = ownedAccountLabel(account)
  return owner === null ? account : `${account} ${owner}`
}

/** Collects accounts of rows that have no room for a label, for a line below them. */
export class OwnedAccounts {
  readonly #labels = new Map<string, string | null>()

  /** An account, or an ARN with an account in it. */
  add(text: string | number | null | undefined): void {
    if (typeof text !== 'string') return
    const account = text.startsWith('arn:') ? (text.split(':', 5)[4] ?? '') : text
    if (!this.#labels.has(account)) this.#labels.set(account, ownedAccountLabel(account))
  }

  notes(): string[] {
    return [...this.#labels]
      .flatMap(([account, owner]) => (owner === null ? [] : [`${account} is an account of ${owner}`]))
      .sort()
  }
}
