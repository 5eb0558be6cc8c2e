// Owns files in a bucket of S3, or of a server that speaks like it. An object appears whole, and its ETag names its version.
import type * as Sdk from '@aws-sdk/client-s3'
import { type ConnectorContext, ConnectorError } from 'heysync/connector'
import type { FilesOptions } from '../../files-options.ts'
import { isGlob } from '../../glob.ts'
import type { S3Options } from '../place-options.ts'
import { joinPath, searchFor, tidyPath } from '../remote-path.ts'
import { byAge, type SourceFile, type Store } from '../store.ts'
import { readObject } from './read.ts'
import { type Ask, asker, statusOf } from './requests.ts'

const CONNECT_MS = 10_000
const SILENCE_MS = 60_000

export async function openS3(
  options: FilesOptions,
  s3: S3Options,
  context: ConnectorContext,
): Promise<Store> {
  const sdk = await import('@aws-sdk/client-s3')
  const client = openClient(sdk, s3)
  const { signal } = context
  const ask = asker(s3.bucket, context)
  const bucket = new Bucket(sdk, client, s3.bucket, ask, signal)
  const path = tidyPath(options.path).replace(/^\//, '')
  const archive = options.archive === undefined ? undefined : tidyPath(options.archive).replace(/^\//, '')
  const search = searchFor(path, archive, options.readySuffix)
  return {
    finished: 'atomic',
    inPlace: false,
    find: async () => {
      const found = isGlob(path)
        ? (await bucket.list(search.prefix)).filter((file) => search.matches(file.path))
        : [await bucket.headOrNull(path)].filter((file) => file !== null)
      const none = new ConnectorError('not-found', {
        message: isGlob(path)
          ? `No object in the bucket ${s3.bucket} matches ${path}.`
          : `There is no object ${path} in the bucket ${s3.bucket}.`,
        hint: 'Correct path in the options of this source. A key has no / in front, and upper and lower case differ.',
      })
      return { files: found.sort(byAge), none: found.length === 0 ? none : null }
    },
    archived: async () => (archive === undefined ? [] : bucket.list(`${archive}/`)),
    look: async (file) => {
      const found = await bucket.headOrNull(file.path)
      if (found !== null) return found.state
      throw new ConnectorError('not-found', { message: `There is no object ${file.label} in ${s3.bucket}.` })
    },
    has: async (key) => (await bucket.headOrNull(key)) !== null,
    read: (file) => readObject(sdk, client, s3.bucket, file, context),
    archive: async (file, name) => {
      const target = joinPath(archive ?? '', name)
      if ((await bucket.headOrNull(target)) !== null) return false
      await bucket.copy(file, target)
      // A new one that came meanwhile stays; what was copied is the old one.
      const now = await bucket.headOrNull(file.path)
      if (now?.state.tag === file.state.tag) await bucket.remove(file.path)
      return true
    },
    remove: (key) => bucket.remove(key),
    pathOf: (label) => label,
    close: async () => client.destroy(),
  }
}

function openClient(sdk: typeof Sdk, s3: S3Options): Sdk.S3Client {
  const { accessKeyId, secretAccessKey, sessionToken } = s3
  const own =
    accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : {
          credentials: {
            accessKeyId,
            secretAccessKey,
            ...(sessionToken === undefined ? {} : { sessionToken }),
          },
        }
  return new sdk.S3Client({
    region: s3.region,
    forcePathStyle: s3.forcePathStyle,
    ...(s3.endpoint === undefined ? {} : { endpoint: s3.endpoint }),
    ...own,
    // We ask again ourselves, by the clock of the pull.
    maxAttempts: 1,
    // Servers other than Amazon's do not know the checksums of later years.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
  })
}

/** Requests for one bucket. */
class Bucket {
  readonly #sdk: typeof Sdk
  readonly #client: Sdk.S3Client
  readonly #name: string
  readonly #ask: Ask
  readonly #signal: AbortSignal

  constructor(sdk: typeof Sdk, client: Sdk.S3Client, name: string, ask: Ask, signal: AbortSignal) {
    this.#sdk = sdk
    this.#client = client
    this.#name = name
    this.#ask = ask
    this.#signal = signal
  }

  async list(prefix: string): Promise<SourceFile[]> {
    const files: SourceFile[] = []
    const what = prefix === '' ? 'the list of its objects' : `the list of ${prefix}*`
    for (let token: string | undefined; ; ) {
      const input = { Bucket: this.#name, Prefix: prefix, ContinuationToken: token }
      const page = await this.#ask(what, () =>
        this.#client.send(new this.#sdk.ListObjectsV2Command(input), { abortSignal: this.#signal }),
      )
      // A web page that comes with status 200 reads as a list without anything in it.
      if (page.Name === undefined && page.KeyCount === undefined) throw this.#noAnswer(what)
      for (const { Key, Size, LastModified, ETag } of page.Contents ?? []) {
        if (Key !== undefined && !Key.endsWith('/')) files.push(toFile(Key, Size, LastModified, ETag))
      }
      if (!page.IsTruncated) return files
      if (page.NextContinuationToken === undefined) throw this.#noAnswer(what)
      token = page.NextContinuationToken
    }
  }

  async headOrNull(key: string): Promise<SourceFile | null> {
    const input = { Bucket: this.#name, Key: key }
    return this.#ask(key, async () => {
      try {
        const head = await this.#client.send(new this.#sdk.HeadObjectCommand(input), {
          abortSignal: this.#signal,
        })
        if (head.ETag === undefined) throw this.#noAnswer(key)
        return toFile(key, head.ContentLength, head.LastModified, head.ETag)
      } catch (error) {
        if (statusOf(error) === 404) return null
        throw error
      }
    })
  }

  async copy(file: SourceFile, target: string): Promise<void> {
    const input = {
      Bucket: this.#name,
      Key: target,
      CopySource: `${this.#name}/${file.path.split('/').map(encodeURIComponent).join('/')}`,
      CopySourceIfMatch: file.state.tag,
    }
    await this.#ask(file.label, () =>
      this.#client.send(new this.#sdk.CopyObjectCommand(input), { abortSignal: this.#signal }),
    )
  }

  async remove(key: string): Promise<void> {
    const input = { Bucket: this.#name, Key: key }
    await this.#ask(key, () =>
      this.#client.send(new this.#sdk.DeleteObjectCommand(input), { abortSignal: this.#signal }),
    )
  }

  #noAnswer(what: string): ConnectorError {
    return new ConnectorError('failed', {
      message: `What came instead of ${what} of the bucket ${this.#name} is no answer of S3.`,
      hint: 'Check endpoint: something between here and the server may answer in its place.',
    })
  }
}

function toFile(
  key: string,
  size: number | undefined,
  changed: Date | undefined,
  tag: string | undefined,
): SourceFile {
  const mtimeMs = changed?.getTime() ?? 0
  return { path: key, label: key, state: { size: size ?? 0, mtimeMs, ctimeMs: 0, ino: 0, tag } }
}
