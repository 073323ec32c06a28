import { X509Certificate } from 'node:crypto'
import type { JsonObject } from '../../../model/record.js'
import { readObject, readString } from '../../fields.js'
import { type Found, isUsable } from '../resource-collector.js'
import { Kind } from '../kind.js'
import type { Service } from '../service.js'

const CERTIFICATE = new Kind('certificate', null)

export const rolesanywhere: Service = {
  name: 'rolesanywhere',
  sources: ['rolesanywhere'],
  parameters: {
    trustAnchorId: new Kind('AWS::RolesAnywhere::TrustAnchor', 'arn:P:rolesanywhere:R:A:trust-anchor/NAME'),
    profileId: new Kind('AWS::RolesAnywhere::Profile', 'arn:P:rolesanywhere:R:A:profile/NAME'),
    crlId: new Kind('AWS::RolesAnywhere::CRL', 'arn:P:rolesanywhere:R:A:crl/NAME'),
    subjectId: new Kind('roles anywhere subject', 'arn:P:rolesanywhere:R:A:subject/NAME'),
  },
  compose: readCertificates,
}

/** By serial number, from the certificate or from the session, which Roles Anywhere names after it. */
function readCertificates(parameters: JsonObject, found: Found): void {
  const serial = serialOf(readString(parameters['cert']))
  if (serial !== null) found.kind(CERTIFICATE, serial, 'source')
  const sessions: unknown = parameters['credentialSet']
  for (const entry of Array.isArray(sessions) ? (sessions as unknown[]) : []) {
    const arn = readString(readObject(readObject(entry)?.['assumedRoleUser'])?.['arn'])
    const name = arn?.split('/').at(-1) ?? ''
    if (/^[0-9a-f]{2,40}$/i.test(name) && isUsable(name))
      found.kind(CERTIFICATE, name.toLowerCase(), 'source')
  }
}

/** From PEM, or DER in Base64; null for anything else. */
function serialOf(text: string | null): string | null {
  if (text === null) return null
  try {
    const certificate = new X509Certificate(text.includes('-----') ? text : Buffer.from(text, 'base64'))
    return certificate.serialNumber.toLowerCase()
  } catch {
    return null
  }
}
