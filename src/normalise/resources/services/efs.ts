import { EFS_FILE_SYSTEM, readId } from '../ids.js'
import { Kind } from '../kind.js'
import { as, reads, type Service } from '../service.js'

const ACCESS_POINT = new Kind('AWS::EFS::AccessPoint', 'arn:P:elasticfilesystem:R:A:access-point/NAME')
const MOUNT_TARGET = new Kind('AWS::EFS::MountTarget', null)

export const efs: Service = {
  name: 'efs',
  sources: ['elasticfilesystem'],
  parameters: {
    fileSystemId: EFS_FILE_SYSTEM,
    sourceFileSystemId: as(EFS_FILE_SYSTEM, 'source'),
    mountTargetId: MOUNT_TARGET,
    accessPointId: ACCESS_POINT,
    resourceId: reads(readId),
  },
}
