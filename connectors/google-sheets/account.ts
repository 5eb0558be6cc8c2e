// Owns the service account: its key, and tokens for an hour that it gets for a signed assertion (RFC 7523).
import { createHash, createPrivateKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  type Auth,
  type ConnectorContext,
  ConnectorError,
  fixedAuth,
  HttpRefusal,
  oauth,
} from 'heysync/connector'
import { z } from 'zod'
import type { SheetsOptions } from './options.ts'

export interface Account {
  /** What the spreadsheet has to be shared with. */
  readonly email: string
  readonly auth: Auth
}

const SCOPES = [
  'https://www.googleapis.com/auth/spreadsheets.readonly',
  'https://www.googleapis.com/auth/drive.metadata.readonly',
].join(' ')
const AUDIENCE = 'https://oauth2.googleapis.com/token'
const LIFE_SECONDS = 3_600
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const keySchema = z.object({ client_email: z.email(), private_key: z.string().min(1) })

/** Errors: a ConnectorError `not-found` or `unreadable` for the key; `unauthorized` when Google does not take it. */
export async function openAccount(options: SheetsOptions, context: ConnectorContext): Promise<Account> {
  const { email, pem } = await readKey(options, context.baseDir)
  const key = parseKey(pem)
  const { clock } = context
  const http = context.http({ baseUrl: options.url ?? 'https://oauth2.googleapis.com', auth: fixedAuth({}) })
  const auth = oauth({
    exchange: async (form) => {
      try {
        return await http.json({ method: 'POST', url: 'token', form })
      } catch (error) {
        if (!(error instanceof HttpRefusal)) throw error
        throw new ConnectorError('unauthorized', {
          message: `Google does not sign ${email} in: ${error.message}`,
          hint: 'The key may have been deleted, or the clock of this machine is wrong. Make a new key for the service account.',
        })
      }
    },
    grant: async () => {
      // Loaded only where something is signed.
      const { SignJWT } = await import('jose')
      const now = Math.floor(clock.now() / 1000)
      const assertion = await new SignJWT({ scope: SCOPES })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
        .setIssuer(email)
        .setAudience(AUDIENCE)
        .setIssuedAt(now)
        .setExpirationTime(now + LIFE_SECONDS)
        .sign(key)
      return { grant_type: GRANT, assertion }
    },
    keep: context.keep,
    fingerprint: createHash('sha256').update(`${email}\n${pem}`).digest('hex'),
    now: clock.now,
  })
  return { email, auth: { ...auth, secrets: () => [...auth.secrets(), pem] } }
}

async function readKey(options: SheetsOptions, baseDir: string): Promise<{ email: string; pem: string }> {
  const { keyFile, clientEmail = '', privateKey = '' } = options
  // A PEM in one line of an environment variable has its line breaks as \n.
  if (keyFile === undefined) return { email: clientEmail, pem: privateKey.replaceAll('\\n', '\n') }
  const path = resolve(baseDir, keyFile)
  const text = await readFile(path, 'utf8').catch(() => {
    throw new ConnectorError('not-found', {
      message: `The key file ${path} cannot be read.`,
      hint: 'Download the JSON key of the service account and correct keyFile in the options of this source.',
      place: path,
    })
  })
  try {
    const { client_email, private_key } = keySchema.parse(JSON.parse(text))
    return { email: client_email, pem: private_key }
  } catch {
    throw new ConnectorError('unreadable', {
      message: `${path} is not the JSON key of a service account: it has no client_email and private_key.`,
      hint: 'In the Google Cloud console: IAM & Admin, Service Accounts, the account, Keys, Add key, JSON.',
      place: path,
    })
  }
}

function parseKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw new ConnectorError('unreadable', {
      message: 'The private key of the service account is not PEM.',
      hint: 'It begins with -----BEGIN PRIVATE KEY----- and goes over several lines; \\n for a line break is fine.',
    })
  }
}
