import { Kind } from '../kind.js'
import type { Service } from '../service.js'

export const rolesanywhere: Service = {
  name: 'rolesanywhere',
  sources: ['rolesanywhere'],
  parameters: {
    trustAnchorId: new Kind('AWS::RolesAnywhere::TrustAnchor', 'arn:P:rolesanywhere:R:A:trust-anchor/NAME'),
    profileId: new Kind('AWS::RolesAnywhere::Profile', 'arn:P:rolesanywhere:R:A:profile/NAME'),
    crlId: new Kind('AWS::RolesAnywhere::CRL', 'arn:P:rolesanywhere:R:A:crl/NAME'),
    subjectId: new Kind('roles anywhere subject', 'arn:P:rolesanywhere:R:A:subject/NAME'),
  },
}
