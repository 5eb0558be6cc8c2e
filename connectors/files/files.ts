// The files connector: contacts from tables in files, wherever they lie: text or Excel, here, on an SFTP server or in S3.
import { type ConnectorContext, defineConnector } from 'heysync/connector'
import { discoverFields } from './discover.ts'
import { type FilesOptions, filesOptions } from './files-options.ts'
import { pullFiles } from './pull.ts'
import { type Kind, openLocal } from './source.ts'
import type { Store } from './store/store.ts'

async function openStore(options: FilesOptions, context: ConnectorContext): Promise<Store> {
  if (options.sftp !== undefined) {
    const { openSftp } = await import('./store/sftp/sftp.ts')
    return openSftp(options, options.sftp, context)
  }
  if (options.s3 !== undefined) {
    const { openS3 } = await import('./store/s3/s3.ts')
    return openS3(options, options.s3, context)
  }
  return openLocal(options, context)
}

const files: Kind = { openStore, textOnly: false }

export const filesConnector = defineConnector({
  kind: 'files',
  summary: 'Contacts from CSV, TSV and Excel files in a folder, on an SFTP server or in S3.',
  options: filesOptions,
  capabilities: { incremental: 'token', deletes: true, merges: false, consent: false, resumable: false },
  fixedFields: true,
  discover: (options, context) => discoverFields(files, options, context),
  pull: (options, request, context) => pullFiles(files, options, request, context),
})
