// A real OpenSSH server for tests: sftp only, on loopback, with keys and a folder of its own, gone when the test is.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

const SSHD = '/usr/sbin/sshd'

export interface Sshd {
  readonly port: number
  /** Where signing in leads to. */
  readonly dir: string
  /** Fingerprint of its key. */
  readonly hostKey: string
  readonly user: string
  /** Text of the key that is let in, and of one that is locked with the passphrase `locked`. */
  readonly privateKey: string
  readonly lockedKey: string
  /** What goes under `sftp:` in the options. */
  options(more?: Record<string, unknown>): Record<string, unknown>
  /** Shows another host key from the next connection on. */
  changeHostKey(): Promise<void>
  /** Connections that were opened. */
  connections(): number
  /** Cuts each connection once so many bytes came from the server; null lets them be. */
  cutAfter(bytes: number | null): void
  close(): Promise<void>
}

function makeKey(path: string, passphrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', path])
}

async function fingerprint(publicKey: string): Promise<string> {
  const [, blob = ''] = (await readFile(publicKey, 'utf8')).split(' ')
  return `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '')}`
}

/** Why there is none here, with the command that changes it; null where there is one. */
export function noSshd(): string | null {
  if (existsSync(SSHD)) return null
  const why =
    'OpenSSH has no server here, so nothing of SFTP is tested: apt-get install -y --no-install-recommends openssh-server'
  process.stderr.write(`\nSKIPPED: ${why}\n\n`)
  return why
}

export async function startSshd(): Promise<Sshd> {
  const home = await mkdtemp(join(tmpdir(), 'heysync-sshd-'))
  const dir = join(home, 'files')
  await mkdir(dir)
  // It wants this folder when it is started by root, and makes do without it otherwise.
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 }).catch(() => {})
  for (const name of ['host', 'user', 'locked']) makeKey(join(home, name), name === 'locked' ? 'locked' : '')
  const keys = await Promise.all(['user.pub', 'locked.pub'].map((name) => readFile(join(home, name), 'utf8')))
  await writeFile(join(home, 'authorized'), keys.join(''), { mode: 0o600 })
  await writeFile(
    join(home, 'config'),
    [
      `HostKey ${join(home, 'host')}`,
      `AuthorizedKeysFile ${join(home, 'authorized')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication yes',
      'PermitRootLogin yes',
      'MaxAuthTries 3',
      `Subsystem sftp internal-sftp -d ${dir}`,
      '',
    ].join('\n'),
  )
  let opened = 0
  let cutAt: number | null = null
  const sockets = new Set<Socket>()
  const children = new Set<ChildProcess>()
  // As inetd does: one server process for each connection, which speaks over its standard input and output.
  const server = createServer((socket) => {
    opened += 1
    sockets.add(socket)
    const child = spawn(SSHD, ['-i', '-e', '-f', join(home, 'config')], { stdio: ['pipe', 'pipe', 'ignore'] })
    children.add(child)
    let given = 0
    child.stdout.on('data', (bytes: Buffer) => {
      given += bytes.length
      if (cutAt !== null && given > cutAt) socket.destroy()
      else socket.write(bytes)
    })
    socket.pipe(child.stdin)
    const end = () => {
      sockets.delete(socket)
      socket.destroy()
      child.kill()
    }
    for (const one of [socket, child.stdin, child.stdout]) one.on('error', end)
    socket.on('close', end)
    child.on('exit', () => {
      children.delete(child)
      socket.end()
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const privateKey = await readFile(join(home, 'user'), 'utf8')
  const hostKey = await fingerprint(join(home, 'host.pub'))
  const user = userInfo().username
  return {
    port,
    dir,
    hostKey,
    user,
    privateKey,
    lockedKey: await readFile(join(home, 'locked'), 'utf8'),
    options: (more = {}) => ({ host: '127.0.0.1', port, user, privateKey, hostKey, ...more }),
    changeHostKey: async () => {
      await rm(join(home, 'host'))
      await rm(join(home, 'host.pub'))
      makeKey(join(home, 'host'))
    },
    connections: () => opened,
    cutAfter: (bytes) => {
      cutAt = bytes
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      for (const child of children) child.kill()
      await new Promise((done) => server.close(done))
      await rm(home, { recursive: true, force: true })
    },
  }
}
