/** The tables of callers: who, from where, with what. */
import { hashId, int, text, type TableSpec } from './column-spec.js'

export const CALLER: TableSpec = {
  name: 'caller',
  meaning: 'What the sessions and keys of a caller share of userIdentity. Read it through the view identity.',
  sharded: true,
  dictionary: true,
  columns: [
    hashId,
    text('principal_type', 'userIdentity.type as recorded'),
    text('credential_class', 'Which credentials were used: a closed list, described in the rows =value'),
    text(
      'principal_kind',
      'root, user, role, federated-user, identity-center-user, external-subject, service, account, unknown',
    ),
    text('principal_key', 'Canonical key: equal keys are the same principal'),
    text('principal_account_id', 'userIdentity.accountId'),
    text('user_name', 'userIdentity.userName'),
    text('session_issuer_type', 'userIdentity.sessionContext.sessionIssuer.type'),
    text(
      'session_issuer_arn',
      'userIdentity.sessionContext.sessionIssuer.arn: the role or user of the session',
    ),
    text('session_issuer_id', 'userIdentity.sessionContext.sessionIssuer.principalId'),
    text('session_issuer_account_id', 'userIdentity.sessionContext.sessionIssuer.accountId'),
    text('session_issuer_name', 'userIdentity.sessionContext.sessionIssuer.userName'),
    text('invoked_by', 'userIdentity.invokedBy: the service that made the call'),
    text('identity_provider', 'userIdentity.identityProvider or webIdFederationData.federatedProvider'),
    text('identity_center_user_id', 'userIdentity.onBehalfOf.userId'),
    text('identity_store_arn', 'userIdentity.onBehalfOf.identityStoreArn'),
  ],
}

export const SESSION: TableSpec = {
  name: 'session',
  meaning: 'One row per distinct session or key of a caller. Read it through the view identity.',
  sharded: true,
  dictionary: true,
  columns: [
    hashId,
    int('caller_id', 'caller.id', 'NOT NULL'),
    text('principal', 'Best readable name'),
    text('principal_arn', 'userIdentity.arn'),
    text('principal_id', 'userIdentity.principalId'),
    text('access_key_id', 'userIdentity.accessKeyId'),
    text('session_name', 'Role session or federated user name, from the ARN'),
    text('session_created', 'userIdentity.sessionContext.attributes.creationDate'),
    text('mfa_authenticated', 'userIdentity.sessionContext.attributes.mfaAuthenticated as recorded'),
    text('source_identity', 'userIdentity.sessionContext.sourceIdentity'),
    text('credential_id', 'userIdentity.credentialId'),
    text('mfa_at_sign_in', 'additionalEventData.MFAUsed of a sign-in'),
    text(
      'principal_tags',
      'JSON: eventContext.tagContext.principalTags, or aws:PrincipalTag/… of its requestContext; of a call that makes a session, the tags it gives (requestParameters.principalTags)',
    ),
  ],
}

export const NAME_OF_CALLER: TableSpec = {
  name: 'name_of_caller',
  meaning: 'Every string that finds a caller, folded to lower case. Read it through the view identity_name.',
  sharded: true,
  columns: [
    text('name', 'Lower-case name, id, ARN or key', 'NOT NULL'),
    int('caller_id', 'caller.id', 'NOT NULL'),
    text(
      'kind',
      'What the name is: arn, role-arn, name, id, access-key, session, account, service, …',
      'NOT NULL',
    ),
  ],
  primaryKey: 'name, caller_id, kind',
  withoutRowid: true,
}

export const NAME_OF_SESSION: TableSpec = {
  name: 'name_of_session',
  meaning:
    'Every string that finds a session and not its caller, folded to lower case. Read it through the view identity_name.',
  sharded: true,
  columns: [
    text('name', 'Lower-case name, id, ARN or key', 'NOT NULL'),
    int('session_id', 'session.id', 'NOT NULL'),
    text(
      'kind',
      'What the name is: arn, role-arn, name, id, access-key, session, account, service, …',
      'NOT NULL',
    ),
  ],
  primaryKey: 'name, session_id, kind',
  withoutRowid: true,
}

export const ADDRESS: TableSpec = {
  name: 'address',
  meaning: 'Where requests came from: one row per distinct address and endpoint.',
  sharded: true,
  dictionary: true,
  columns: [
    hashId,
    text('source_ip_address', 'sourceIPAddress: an address, a service name or "AWS Internal"'),
    text('vpc_endpoint_id', 'vpcEndpointId'),
    text('vpc_endpoint_account_id', 'vpcEndpointAccountId'),
  ],
}

export const CLIENT: TableSpec = {
  name: 'client',
  meaning: 'What made requests: one row per distinct user agent, with how it spoke TLS and signed.',
  sharded: true,
  dictionary: true,
  columns: [
    hashId,
    text('user_agent', 'userAgent'),
    text('tls_version', 'tlsDetails.tlsVersion'),
    text('cipher_suite', 'tlsDetails.cipherSuite, or additionalEventData.CipherSuite'),
    text('key_exchange', 'tlsDetails.keyExchange'),
    text('signature_version', 'additionalEventData.SignatureVersion'),
    text('authentication_method', 'additionalEventData.AuthenticationMethod: QueryString is a presigned URL'),
    int('bearer_token', '1 if additionalEventData.callWithBearerToken is true, as for an API key of Bedrock'),
    int('session_from_console', '1 if sessionCredentialFromConsole is true'),
    int(
      'console',
      '1 if made in the console: session_from_console, an event of console or sign-in, or the agent of a console while no service called; else null',
    ),
  ],
}
