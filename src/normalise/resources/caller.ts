/** Resources named by the caller's identity: what its credentials were issued to, whom it acts for, and its token. */
import { isJsonObject, type JsonObject } from '../../model/record.js'
import { readObject, readString } from '../fields.js'
import type { Found } from './resource-collector.js'
import { CENTER_USER, COGNITO_IDENTITY, IDENTITY_POOL } from './identity-kinds.js'
import { SERVICE_CREDENTIAL } from './services/iam-kinds.js'

const COGNITO = 'cognito-identity.amazonaws.com'

/** Most callers have none, which costs three look-ups. */
export function readCaller(caller: JsonObject, found: Found): void {
  const scope = caller['inScopeOf']
  if (isJsonObject(scope)) readScope(scope, found)
  const behalf = caller['onBehalfOf']
  if (isJsonObject(behalf)) readBehalf(behalf, found)
  const context = caller['sessionContext']
  if (isJsonObject(context) && isJsonObject(context['webIdFederationData']))
    readFederation(context['webIdFederationData'], found)
}

/** The function, task or instance that has this role. */
function readScope(scope: JsonObject, found: Found): void {
  for (const field of ['sourceArn', 'credentialsIssuedTo']) {
    const arn = readString(scope[field])
    if (arn?.startsWith('arn:') === true) found.arn(arn, 'mentioned')
  }
}

function readBehalf(behalf: JsonObject, found: Found): void {
  const user = readString(behalf['userId'])
  if (user !== null) found.kind(CENTER_USER, user, 'mentioned')
  const store = readString(behalf['identityStoreArn'])
  if (store?.startsWith('arn:') === true) found.arn(store, 'mentioned')
}

/** Cognito's claims: `sub` is the identity, `aud` its pool. */
function readFederation(data: JsonObject, found: Found): void {
  const attributes = readObject(data['attributes'])
  if (attributes === null) return
  const identity = readString(attributes[`${COGNITO}:sub`])
  if (identity !== null) found.kind(COGNITO_IDENTITY, identity, 'mentioned')
  const pool = readString(attributes[`${COGNITO}:aud`])
  if (pool !== null) found.kind(IDENTITY_POOL, pool, 'mentioned')
}

/** A call authenticated by a token only: a service-specific key, or a short-lived one from a session. */
export function readBearerToken({ userIdentity }: JsonObject, found: Found): void {
  const caller = readObject(userIdentity)
  const key = readString(caller?.['accessKeyId'])
  if (key?.startsWith('ACCA') === true) found.kind(SERVICE_CREDENTIAL, key, 'mentioned')
  else found.named('bearer token', key ?? readString(caller?.['arn']) ?? 'of an unknown caller', 'mentioned')
}
