/**
 * Accounts of Amazon EFS, from which it calls other services for file systems encrypted at rest.
 * Source: Amazon EFS User Guide, "Amazon EFS Log File Entries for Encrypted-at-Rest File Systems"; region codes added.
 * Canada and London are printed with the same account there.
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

/** Whose account this is when AWS has published it as its own, e.g. `Amazon EFS (us-east-2)`; otherwise null. */
export function ownedAccountLabel(account: string): string | null {
  const regions = EFS_ACCOUNTS.filter(([owned]) => owned === account).map(([, region]) => region)
  return regions.length === 0 ? null : `Amazon EFS (${regions.join(', ')})`
}
