// The kit, on each place and format: a folder, Excel, a real OpenSSH server, a real S3 server.

import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeConnector, type Stage } from 'heysync/connector/testing'
import { describe } from 'vitest'
import { filesConnector } from '../../../connectors/files/files.ts'
import { startBucket } from './bucket.ts'
import { noSshd, startSshd } from './sshd.ts'
import { changesWorld, exportsWorld, type Write } from './worlds.ts'

const pageSize = 4
const connector = filesConnector
const whole = 'a new export is the whole state again'

async function folderIn(folder: string): Promise<Write> {
  await mkdir(join(folder, 'in'))
  return async (name, content, at) => {
    await writeFile(join(folder, 'in', `${name}.tmp`), content)
    await writeFile(join(folder, 'in', name), content)
    await utimes(join(folder, 'in', name), at / 1_000, at / 1_000)
  }
}

describeConnector('files, changes in a folder', {
  connector,
  pageSize,
  open: async (stage: Stage) =>
    changesWorld({ write: await folderIn(stage.folder), options: {} }, stage, pageSize),
})

describeConnector('files, Excel exports in a folder', {
  connector,
  pageSize,
  whole,
  open: async (stage: Stage) =>
    exportsWorld({ write: await folderIn(stage.folder), options: {} }, stage, pageSize, 'xlsx'),
})

describe.skipIf(noSshd() !== null)('with an OpenSSH server', () => {
  describeConnector('files, exports on an SFTP server', {
    connector,
    pageSize,
    whole,
    open: async (stage: Stage) => {
      const sshd = await startSshd()
      const place = {
        write: await folderIn(sshd.dir),
        options: { sftp: sshd.options() },
        more: { secrets: [sshd.privateKey], close: sshd.close },
      }
      return exportsWorld(place, stage, pageSize, 'csv')
    },
  })
})

describeConnector('files, changes in a bucket', {
  connector,
  pageSize,
  open: async (stage: Stage) => {
    const bucket = await startBucket(stage.clock)
    const { trouble, requests } = bucket.proxy
    const place = {
      write: (name: string, content: Buffer) => bucket.put(`in/${name}`, content),
      options: { s3: bucket.options() },
      more: { trouble, requests, close: bucket.close },
    }
    return changesWorld(place, stage, pageSize)
  },
})
