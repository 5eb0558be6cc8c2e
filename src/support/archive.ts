// Owns the archive of a support bundle: a tar.gz that only its owner can read.
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import type { Bundle } from './bundle.ts'

/** All files lie in one folder, so that nothing is strewn about where it is unpacked. Errors: those of the file system. */
export async function writeArchive(bundle: Bundle, folder: string, path: string, at: Date): Promise<void> {
  const archive = pack()
  for (const [name, content] of bundle) archive.entry({ name: `${folder}/${name}`, mtime: at }, content)
  archive.finalize()
  await pipeline(archive, createGzip(), createWriteStream(path, { mode: 0o600, flags: 'wx' }))
}
