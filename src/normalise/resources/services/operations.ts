/** EventBridge, CloudWatch alarms and AWS Backup. */
import { Kind } from '../kind.js'
import { GIVEN, type Service } from '../service.js'

/** The ARN of a rule contains its bus, unless that is the default; it is in another parameter, or in none. */
const RULE = new Kind('AWS::Events::Rule', null)
const ALARM = new Kind('AWS::CloudWatch::Alarm', 'arn:P:cloudwatch:R:A:alarm:NAME')

export const events: Service = {
  name: 'events',
  sources: ['events'],
  parameters: {
    rule: RULE,
    eventBusName: new Kind('AWS::Events::EventBus', 'arn:P:events:R:A:event-bus/NAME'),
  },
  calls: [{ name: /Rule$/, parameters: { name: RULE } }],
}

export const monitoring: Service = {
  name: 'monitoring',
  sources: ['monitoring'],
  parameters: { alarmName: ALARM, alarmNames: ALARM },
}

export const backup: Service = {
  name: 'backup',
  sources: ['backup'],
  parameters: {
    backupVaultName: new Kind('AWS::Backup::BackupVault', 'arn:P:backup:R:A:backup-vault:NAME'),
    sourceBackupVaultName: new Kind('AWS::Backup::BackupVault', 'arn:P:backup:R:A:backup-vault:NAME', {
      role: 'source',
    }),
    destinationBackupVaultArn: GIVEN,
    backupPlanId: new Kind('AWS::Backup::BackupPlan', 'arn:P:backup:R:A:backup-plan:NAME'),
    recoveryPointArn: GIVEN,
  },
}
