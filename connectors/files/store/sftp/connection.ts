// Owns one connection to an SFTP server: signing in, the pinned host key, and questions that end when the connection does.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type ConnectorContext, ConnectorError } from 'heysync/connector'
import type { Client, ConnectConfig, SFTPWrapper } from 'ssh2'
import type { SftpOptions } from '../place-options.ts'

/** How an answer comes: an error, or what was asked for. */
export type Answer<Value> = (error?: Error | null, value?: Value) => void

/** One thing asked of the server. */
export type Question<Value> = (sftp: SFTPWrapper, answer: Answer<Value>) => void

export interface Connection {
  /** @throws what the server says, or ConnectorError failed when the connection is lost; the signal's reason. */
  ask<Value>(question: Question<Value>): Promise<Value>
  close(): void
}

const KEEPALIVES_MISSED = 3

/** @throws ConnectorError unauthorized (host key or credential), failed (no connection). */
export async function connect(options: SftpOptions, context: ConnectorContext): Promise<Connection> {
  const { default: ssh2 } = await import('ssh2')
  const { signal } = context
  const credential = await readCredential(options, context.baseDir, ssh2.utils.parseKey)
  signal.throwIfAborted()
  const client: Client = new ssh2.Client()
  const host = nameOf(options)
  let shownKey: string | null = null
  let over: Error | null = null
  const endings = new Set<(error: Error) => void>()
  const end = (error: Error) => {
    over ??= error
    for (const reject of endings) reject(over)
    endings.clear()
  }
  const onAbort = () => {
    end(signal.reason)
    client.destroy()
  }
  signal.addEventListener('abort', onAbort, { once: true })
  const untilOver = <Value>(work: (answer: Answer<Value>) => void): Promise<Value> =>
    new Promise((resolve, reject) => {
      if (over !== null) return reject(over)
      endings.add(reject)
      work((error, value) => {
        endings.delete(reject)
        if (error) reject(error)
        else resolve(value as Value)
      })
    })
  const close = () => {
    signal.removeEventListener('abort', onAbort)
    client.destroy()
  }
  client.on('error', (error) =>
    end(shownKey === null ? connectionError(error, host) : wrongKey(host, shownKey)),
  )
  client.on('close', () => end(connectionError(new Error('it was closed'), host)))
  client.on('keyboard-interactive', (_name, _what, _language, prompts, finish) => {
    finish(prompts.map(() => options.password ?? ''))
  })
  try {
    await untilOver<void>((answer) => {
      client.on('ready', () => answer())
      client.connect({
        host: options.host,
        port: options.port,
        username: options.user,
        ...credential,
        hostVerifier: (key: Buffer) => {
          const shown = fingerprintOf(key)
          if (isPinned(shown, options)) return true
          shownKey = shown
          return false
        },
        keepaliveInterval: options.keepaliveMs,
        keepaliveCountMax: KEEPALIVES_MISSED,
        readyTimeout: options.timeoutMs,
      })
    })
    const sftp = await untilOver<SFTPWrapper>((answer) => client.sftp(answer))
    return { ask: (question) => untilOver((answer) => question(sftp, answer)), close }
  } catch (error) {
    close()
    signal.throwIfAborted()
    throw error instanceof ConnectorError ? error : connectionError(error, host)
  }
}

export function nameOf({ host, port }: SftpOptions): string {
  return port === 22 ? host : `${host}:${port}`
}

async function readCredential(
  options: SftpOptions,
  baseDir: string,
  parseKey: (key: string, passphrase?: string) => unknown,
): Promise<Pick<ConnectConfig, 'password' | 'tryKeyboard' | 'privateKey' | 'passphrase'>> {
  const { password, passphrase, privateKeyFile } = options
  if (password !== undefined) return { password, tryKeyboard: true }
  const file = privateKeyFile === undefined ? null : resolve(baseDir, privateKeyFile)
  const privateKey =
    file === null
      ? (options.privateKey ?? '')
      : await readFile(file, 'utf8').catch((cause: unknown) => {
          throw new ConnectorError('unauthorized', {
            message: `The private key in ${file} could not be read.`,
            hint: 'Correct privateKeyFile, and let the user that runs heysync read the file.',
            cause,
          })
        })
  if (parseKey(privateKey, passphrase) instanceof Error) {
    throw new ConnectorError('unauthorized', {
      message: `The private key${file === null ? '' : ` in ${file}`} is none that can be read${passphrase === undefined ? '' : ' with this passphrase'}.`,
      hint: 'It has to be the whole text of an OpenSSH or PEM key, with its first and last line. Set passphrase if it is locked.',
    })
  }
  return { privateKey, ...(passphrase === undefined ? {} : { passphrase }) }
}

function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

function isPinned(shown: string, { hostKey }: SftpOptions): boolean {
  const bare = (text: string) => text.replace(/^SHA256:/, '').replace(/=$/, '')
  return [hostKey].flat().some((pinned) => bare(pinned) === bare(shown))
}

function wrongKey(host: string, shown: string): ConnectorError {
  return new ConnectorError('unauthorized', {
    message: `${host} shows the host key ${shown}, which is not among those in hostKey. Nothing was sent to it.`,
    hint: 'Ask those who run the server whether its key changed. Only if they confirm this fingerprint, put it into hostKey.',
  })
}

function connectionError(error: unknown, host: string): ConnectorError {
  const { level, message } = error as { level?: unknown; message: string }
  if (level === 'client-authentication') {
    return new ConnectorError('unauthorized', {
      message: `${host} does not let this user in: the password or key is not taken.`,
      hint: 'Try user and password, or key, by hand: sftp user@host. Then correct them in the options of this source.',
      cause: error,
    })
  }
  return new ConnectorError('failed', {
    message: `The connection to ${host} failed: ${message}`,
    hint: 'Check host and port, and that a firewall lets this machine through. The next run tries again.',
    cause: error,
  })
}
