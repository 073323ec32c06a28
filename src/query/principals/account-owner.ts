/** Accounts that AWS has published as its own, named wherever one appears. */

/**
 * Accounts from which Amazon EFS calls other services for file systems encrypted at rest.
 * Source: Amazon EFS User Guide, "Amazon EFS Log File Entries for Encrypted-at-Rest File Systems"; region codes added.
 * It lists the same account for Canada and London.
 */
const EFS_ACCOUNTS: readonly (readonly [account: string, region: string])[] = [
  ['771736226457', 'us-east-2'],
  ['055650462987', 'us-east-1'],
  ['208867197265', 'us-west-1'],
  ['736298361104', 'us-west-2'],
  ['063610658798', 'ap-south-1'],
  ['518632624599', 'ap-northeast-2'],
  ['448676862907', 'ap-southeast-1'],
  ['288718191711', 'ap-southeast-2'],
  ['620757817088', 'ap-northeast-1'],
  ['838331228873', 'ca-central-1'],
  ['992038834663', 'eu-central-1'],
  ['805538244694', 'eu-west-1'],
  ['838331228873', 'eu-west-2'],
  ['063566772258', 'eu-west-3'],
  ['174619389399', 'us-gov-west-1'],
]

/** Owner of an account published by AWS as its own, e.g. `Amazon EFS (us-east-2)`; otherwise null. */
export function ownedAccountLabel(account: string): string | null {
  const regions = EFS_ACCOUNTS.filter(([owned]) => owned === account).map(([, region]) => region)
  return regions.length === 0 ? null : `Amazon EFS (${regions.join(', ')})`
}

/** The account, followed by its owner if that is AWS. */
export function labelledAccount(account: string): string {
  const owner = ownedAccountLabel(account)
  return owner === null ? account : `${account} ${owner}`
}

/** Collects AWS-owned accounts from rows without room for a label, to print them below. */
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
