/** ARNs of principals. Source: IAM User Guide, "IAM identifiers". */
export interface PrincipalArn {
  readonly partition: string
  readonly account: string
  /** `user`, `role`, `assumed-role`, `federated-user`, `root`, … as written. */
  readonly kind: string
  /** `/` or `/a/b/`; only ARNs of users and roles have one. */
  readonly path: string
  readonly name: string
  /** Role sessions only. */
  readonly session: string | null
}

const PRINCIPAL_ARN = /^arn:([^:]*):(?:iam|sts):[^:]*:([^:]*):([^/]+)(?:\/(.*))?$/s

/** null for anything but an IAM or STS ARN. Accepts `sts::…:root`, printed in the FSx guide, as root. */
export function readPrincipalArn(arn: string | null): PrincipalArn | null {
  const match = arn === null ? null : PRINCIPAL_ARN.exec(arn)
  if (match === null) return null
  const [, partition = '', account = '', kind = '', rest = ''] = match
  return { partition, account, kind, ...splitResource(kind, rest) }
}

function splitResource(kind: string, rest: string): Pick<PrincipalArn, 'path' | 'name' | 'session'> {
  if (kind === 'federated-user') return { path: '/', name: rest, session: null }
  if (kind === 'assumed-role') {
    const slash = rest.indexOf('/')
    if (slash < 0) return { path: '/', name: rest, session: null }
    return { path: '/', name: rest.slice(0, slash), session: rest.slice(slash + 1) }
  }
  const slash = rest.lastIndexOf('/')
  return { path: `/${rest.slice(0, slash + 1)}`, name: rest.slice(slash + 1), session: null }
}
