// Owns where a database is and who signs in: read from a URL or from parts, and told without the password.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConnectorError } from 'heysync/connector'
import type { SqlOptions } from './options.ts'

export type Driver = 'postgres' | 'mysql' | 'sqlserver' | 'sqlite'

export interface Address {
  readonly driver: Driver
  /** Empty for SQLite. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** Name of the database, or the absolute path of an SQLite file. */
  readonly database: string
  readonly tls: Tls
  /** How messages call it. */
  readonly label: string
}

/** `ca`: PEM text. */
export type Tls = 'off' | { readonly verify: boolean; readonly ca?: string }

const DRIVERS: Readonly<Record<string, Driver>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  sqlserver: 'sqlserver',
  mssql: 'sqlserver',
  sqlite: 'sqlite',
}

const PORTS: Readonly<Record<Driver, number>> = { postgres: 5432, mysql: 3306, sqlserver: 1433, sqlite: 0 }

const TLS_OF_SSLMODE: Readonly<Record<string, 'off' | 'encrypt' | 'verify'>> = {
  disable: 'off',
  require: 'encrypt',
  'verify-ca': 'verify',
  'verify-full': 'verify',
}

/** @throws ConnectorError failed for an address that cannot be read, not-found for a certificate that is not there. */
export async function readAddress(options: SqlOptions, baseDir: string): Promise<Address> {
  const { database } = options
  const found = typeof database === 'string' ? fromUrl(database) : fromParts(database)
  if (found.driver === 'sqlite')
    return { ...found, database: resolve(baseDir, found.database), tls: 'off', label: found.database }
  const asked = options.tls ?? found.tls ?? (isHere(found.host) ? 'off' : 'verify')
  const ca = options.tlsCaFile === undefined ? null : await readCa(options.tlsCaFile, baseDir)
  const tls = asked === 'off' ? 'off' : { verify: asked === 'verify', ...(ca === null ? {} : { ca }) }
  return { ...found, tls, label: `${found.database} on ${found.host}:${found.port}` }
}

type Found = Omit<Address, 'tls' | 'label'> & { readonly tls?: 'off' | 'encrypt' | 'verify' | undefined }

function fromParts(parts: Exclude<SqlOptions['database'], string>): Found {
  return {
    driver: parts.type,
    host: parts.host,
    port: parts.port ?? PORTS[parts.type],
    user: parts.user ?? '',
    password: parts.password ?? '',
    database: parts.name,
  }
}

function fromUrl(text: string): Found {
  const scheme = /^([a-z]+):/i.exec(text)?.[1]?.toLowerCase() ?? ''
  const driver = DRIVERS[scheme]
  if (driver === undefined) throw unreadable('It begins with none of these')
  if (driver === 'sqlite') {
    const database = text.slice(scheme.length + 1).replace(/^\/\/(?=\/|\.)/, '')
    if (database === '') throw unreadable('The path of its file is missing')
    return { driver, host: '', port: 0, user: '', password: '', database }
  }
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw unreadable('It is no URL: a password with signs such as @ / # % has to be percent-encoded')
  }
  const database = decode(url.pathname.slice(1))
  if (url.hostname === '' || database === '') throw unreadable('The host or the name is missing')
  const { sslmode, ...others } = Object.fromEntries(url.searchParams)
  const tls = sslmode === undefined ? undefined : TLS_OF_SSLMODE[sslmode]
  if (Object.keys(others).length > 0 || (sslmode !== undefined && tls === undefined))
    throw unreadable(
      'Of what may follow a ?, only sslmode=disable, require, verify-ca or verify-full is known',
    )
  return {
    driver,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? PORTS[driver] : Number(url.port),
    user: decode(url.username),
    password: decode(url.password),
    database,
    tls,
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw unreadable('A % in it has to be written as %25')
  }
}

/** Never with the text itself: there is a password in it. */
function unreadable(why: string): ConnectorError {
  return new ConnectorError('failed', {
    message: `The address of the database cannot be read. ${why}.`,
    hint: 'Write postgres://user:password@host:port/name (or mysql:, mariadb:, sqlserver:, sqlite:./file.db), or give database as parts: type, host, user, password, name.',
  })
}

function isHere(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.') || host.startsWith('/')
}

async function readCa(file: string, baseDir: string): Promise<string> {
  return readFile(resolve(baseDir, file), 'utf8').catch((cause: unknown) => {
    throw new ConnectorError('not-found', {
      message: `The certificate ${file}, which tlsCaFile names, cannot be read.`,
      cause,
    })
  })
}
