// Owns where the demo plays: a folder with its file and config, and a sandbox in this process; both gone at the end.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import type { Io } from '../io.ts'

/** More than a real account's 500, so that nobody has to wait for a minute to pass. */
const SANDBOX_REQUESTS_PER_MINUTE = 6000

export interface Requests {
  readonly reads: number
  readonly writes: number
}

export interface Stage {
  readonly folder: string
  readonly sandbox: Sandbox
  /** What a command is given when it runs on this stage: its folder, the sandbox's address, one stream for everything. */
  readonly io: Io
  readFile(): string
  writeFile(text: string): void
  /** Requests that the sandbox answered since the last call. */
  requests(): Requests
  /** Ends the sandbox; removes the folder unless it is to be kept. */
  close(keep: boolean): Promise<void>
}

const BUNDLED = fileURLToPath(new URL('../../../../config/demo/', import.meta.url))

/** Sets the stage. Errors: those of `startSandbox`, and of the file system. */
export async function openStage(io: Io): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'heysync-demo-'))
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  // A second Ctrl-C ends the process where it is, and even then nothing may be left behind.
  process.once('exit', remove)
  const file = join(folder, 'contacts.csv')
  cpSync(BUNDLED, folder, { recursive: true })
  const sandbox = await startSandbox({
    port: 0,
    data: join(folder, 'sandbox.db'),
    requestsPerMinute: SANDBOX_REQUESTS_PER_MINUTE,
  })
  let counted = 0
  return {
    folder,
    sandbox,
    io: {
      ...io,
      // What a command says and what it prints have to stay in their order also in a file or a pipe.
      say: (text) => io.data(`${text}\n`),
      // Off a terminal, lines that suit a page.
      columns: io.terminal ? io.columns : 100,
      cwd: folder,
      env: {
        SANDBOX_URL: sandbox.url,
        SANDBOX_REQUESTS_PER_MINUTE: String(SANDBOX_REQUESTS_PER_MINUTE),
      },
    },
    readFile: () => readFileSync(file, 'utf8'),
    writeFile: (text) => writeFileSync(file, text),
    requests() {
      const fresh = sandbox.store.requests().slice(counted)
      counted += fresh.length
      const writes = fresh.filter((request) => request.applied).length
      return { reads: fresh.length - writes, writes }
    },
    async close(keep) {
      await sandbox.close()
      process.removeListener('exit', remove)
      if (!keep) remove()
    },
  }
}
