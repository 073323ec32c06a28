import { ACCOUNT } from '../grantees.js'
import { Kind } from '../kind.js'
import type { Service } from '../service.js'

export const guardduty: Service = {
  name: 'guardduty',
  sources: ['guardduty'],
  parameters: {
    detectorId: new Kind('AWS::GuardDuty::Detector', 'arn:P:guardduty:R:A:detector/NAME'),
    findingIds: new Kind('guardduty finding', null),
    ipSetId: new Kind('AWS::GuardDuty::IPSet', null),
    threatIntelSetId: new Kind('AWS::GuardDuty::ThreatIntelSet', null),
    filterName: new Kind('AWS::GuardDuty::Filter', null),
    destinationId: new Kind('guardduty publishing destination', null),
    accountIds: ACCOUNT,
    adminAccountId: ACCOUNT,
    masterId: ACCOUNT,
    administratorId: ACCOUNT,
  },
}
