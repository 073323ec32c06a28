import type { JsonObject } from '../../../model/record.js'
import { readObject, readString } from '../../fields.js'
import { type Found, isUsable } from '../resource-collector.js'
import { COGNITO_IDENTITY } from '../identity-kinds.js'
import { ACCOUNT } from '../grantees.js'
import { Kind } from '../kind.js'
import { GIVEN, GIVEN_POLICY, type Service, as } from '../service.js'
import { ACCESS_KEY, MFA_DEVICE } from './iam-kinds.js'

export const sts: Service = {
  name: 'sts',
  sources: ['sts', 'signin', 'eks-auth'],
  parameters: {
    roleArn: GIVEN,
    principalArn: GIVEN,
    serialNumber: MFA_DEVICE,
    accessKeyId: ACCESS_KEY,
    targetPrincipal: ACCOUNT,
  },
  within: {
    // The issued credentials, which later events use.
    credentials: { accessKeyId: as(ACCESS_KEY, 'created') },
    policyArns: { arn: GIVEN_POLICY },
    taskPolicyArn: { arn: GIVEN_POLICY },
  },
  compose: readSubjects,
  calls: [
    {
      name: /^GetFederationToken$/,
      parameters: { name: new Kind('federated user', 'arn:P:sts::A:federated-user/NAME') },
    },
  ],
}

/** Who is behind a role: a Cognito identity, or the pod in the session tags of EKS Pod Identity. */
function readSubjects(parameters: JsonObject, found: Found): void {
  const subject = readString(parameters['subjectFromWebIdentityToken'])
  if (subject !== null && /^[a-z]{2}(?:-[a-z]+)+-\d:[0-9a-f-]{36}$/.test(subject))
    found.kind(COGNITO_IDENTITY, subject, 'mentioned')
  const own = readObject(parameters['subject'])
  addKubernetes('service account', readString(own?.['namespace']), readString(own?.['serviceAccount']), found)
  const tags = tagsOf(parameters['tags'])
  const namespace = tags.get('kubernetes-namespace') ?? null
  addKubernetes('service account', namespace, tags.get('kubernetes-service-account') ?? null, found)
  addKubernetes('pod', namespace, tags.get('kubernetes-pod-name') ?? null, found)
}

/** Kubernetes names are unique within a namespace; the cluster is in the ARN next to them. */
function addKubernetes(what: string, namespace: string | null, name: string | null, found: Found): void {
  if (namespace !== null && name !== null && isUsable(namespace) && isUsable(name))
    found.named(`kubernetes ${what}`, `${namespace}/${name}`, 'mentioned')
}

const NO_TAGS: ReadonlyMap<string, string> = new Map()

function tagsOf(tags: unknown): ReadonlyMap<string, string> {
  if (!Array.isArray(tags)) return NO_TAGS
  const read = new Map<string, string>()
  for (const tag of tags as readonly unknown[]) {
    const [key, value] = [readString(readObject(tag)?.['key']), readString(readObject(tag)?.['value'])]
    if (key !== null && value !== null) read.set(key, value)
  }
  return read
}
