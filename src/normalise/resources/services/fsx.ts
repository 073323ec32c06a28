import { FSX_BACKUP, FSX_FILE_SYSTEM } from '../ids.js'
import { Kind } from '../kind.js'
import { type Service, as } from '../service.js'

const VOLUME = new Kind('AWS::FSx::Volume', null)
const STORAGE_VIRTUAL_MACHINE = new Kind('AWS::FSx::StorageVirtualMachine', null)

export const fsx: Service = {
  name: 'fsx',
  sources: ['fsx'],
  parameters: {
    fileSystemId: FSX_FILE_SYSTEM,
    fileSystemIds: FSX_FILE_SYSTEM,
    backupId: FSX_BACKUP,
    backupIds: FSX_BACKUP,
    finalBackupId: FSX_BACKUP,
    sourceBackupId: as(FSX_BACKUP, 'source'),
    volumeId: VOLUME,
    volumeIds: VOLUME,
    storageVirtualMachineId: STORAGE_VIRTUAL_MACHINE,
    fileCacheId: new Kind('fsx file cache', 'arn:P:fsx:R:A:file-cache/NAME'),
    snapshotId: new Kind('AWS::FSx::Snapshot', null),
    associationId: new Kind('data repository association', 'arn:P:fsx:R:A:association/NAME'),
    taskId: new Kind('fsx task', 'arn:P:fsx:R:A:task/NAME'),
  },
}
