import { Kind } from '../kind.js'
import { type Service, as } from '../service.js'

const FILE_SYSTEM = new Kind('AWS::FSx::FileSystem', 'arn:P:fsx:R:A:file-system/NAME')
const BACKUP = new Kind('fsx backup', 'arn:P:fsx:R:A:backup/NAME')
const VOLUME = new Kind('AWS::FSx::Volume', null)
const STORAGE_VIRTUAL_MACHINE = new Kind('AWS::FSx::StorageVirtualMachine', null)

export const fsx: Service = {
  name: 'fsx',
  sources: ['fsx'],
  parameters: {
    fileSystemId: FILE_SYSTEM,
    fileSystemIds: FILE_SYSTEM,
    backupId: BACKUP,
    backupIds: BACKUP,
    finalBackupId: BACKUP,
    sourceBackupId: as(BACKUP, 'source'),
    volumeId: VOLUME,
    volumeIds: VOLUME,
    storageVirtualMachineId: STORAGE_VIRTUAL_MACHINE,
    fileCacheId: new Kind('fsx file cache', 'arn:P:fsx:R:A:file-cache/NAME'),
    snapshotId: new Kind('AWS::FSx::Snapshot', null),
    associationId: new Kind('data repository association', 'arn:P:fsx:R:A:association/NAME'),
    taskId: new Kind('fsx task', 'arn:P:fsx:R:A:task/NAME'),
  },
}
