// A real S3 server (s3rver) for tests, on loopback, with a proxy before it that can go wrong as the kit asks.
/// <reference path="./s3rver.d.ts" />
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {
  type Stage,
  startVendor,
  type VendorAnswer,
  type VendorRequest,
  type VendorServer,
} from 'heysync/connector/testing'
import S3rver from 's3rver'

const BUCKET = 'exports'
/** The only key that s3rver takes. */
const KEY = 'S3RVER'

export interface Bucket {
  /** What goes under `s3:` in the options. */
  options(more?: Record<string, unknown>): Record<string, unknown>
  readonly proxy: VendorServer
  /** `GET /exports/in/a.csv` and so on, of what the connector asked. */
  readonly asked: string[]
  put(key: string, content: string | Buffer): Promise<void>
  remove(key: string): Promise<void>
  keys(): Promise<string[]>
  read(key: string): Promise<string>
  /** Called with each request of the connector before it is answered. */
  onRequest: (asked: string) => Promise<void>
  close(): Promise<void>
}

/** Passes a request on with every header that was signed. */
function forward(port: number, { method, url, headers, body }: VendorRequest): Promise<VendorAnswer> {
  return new Promise((resolve, reject) => {
    const path = `${url.pathname}${url.search}`
    const passed = request({ host: '127.0.0.1', port, method, path, headers }, async (answer) => {
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk as Buffer)
      const { connection: _connection, 'transfer-encoding': _encoding, ...kept } = answer.headers
      const text = Buffer.concat(chunks).toString()
      resolve({ status: answer.statusCode ?? 500, headers: kept as Record<string, string>, body: text })
    })
    passed.on('error', reject)
    passed.end(body)
  })
}

export async function startBucket(clock: Stage['clock']): Promise<Bucket> {
  const directory = await mkdtemp(join(tmpdir(), 'heysync-s3-'))
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET }],
  })
  const { port } = await server.run()
  const asked: string[] = []
  const proxy = await startVendor(clock, async (vendorRequest) => {
    const line = `${vendorRequest.method} ${vendorRequest.url.pathname}`
    asked.push(line)
    await bucket.onRequest(line)
    return forward(port, vendorRequest)
  })
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
    credentials: { accessKeyId: KEY, secretAccessKey: KEY },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  const bucket: Bucket = {
    options: (more = {}) => ({
      bucket: BUCKET,
      endpoint: proxy.url,
      forcePathStyle: true,
      accessKeyId: KEY,
      secretAccessKey: KEY,
      ...more,
    }),
    proxy,
    asked,
    onRequest: async () => {},
    put: async (key, content) => {
      await client.send(
        new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: Buffer.from(content as string) }),
      )
    },
    remove: async (key) => {
      await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }))
    },
    keys: async () => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }))
      return Contents.map(({ Key = '' }) => Key)
    },
    read: async (key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))
      return (await Body?.transformToString()) ?? ''
    },
    close: async () => {
      client.destroy()
      await proxy.close()
      await server.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
  return bucket
}
