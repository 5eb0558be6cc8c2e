// Owns the bytes of an object: of one version only, and gone on with where a connection was cut.
import type { Readable } from 'node:stream'
import type * as Sdk from '@aws-sdk/client-s3'
import { type ConnectorContext, ConnectorError } from 'heysync/connector'
import { changedMeanwhile, type SourceFile } from '../store.ts'
import { asker, passes, waitMs } from './requests.ts'

/** Cuts in a row without a byte in between that are put up with. */
const MAX_CUTS = 5

/** @throws ConnectorError busy when another version took its place, failed when the answer is not whole. */
export async function* readObject(
  sdk: typeof Sdk,
  client: Sdk.S3Client,
  bucket: string,
  file: SourceFile,
  context: ConnectorContext,
): AsyncGenerator<Buffer> {
  const { signal, clock } = context
  const { size, tag } = file.state
  const ask = asker(bucket, context)
  let position = 0
  let cuts = 0
  for (;;) {
    const input = {
      Bucket: bucket,
      Key: file.path,
      IfMatch: tag,
      ...(position === 0 ? {} : { Range: `bytes=${position}-` }),
    }
    const answer = await ask(file.label, () =>
      client.send(new sdk.GetObjectCommand(input), { abortSignal: signal }),
    )
    // Without one it is no answer of S3: something on the way answered or cut it off.
    const isAnswer = answer.ETag !== undefined
    if (isAnswer && answer.ETag !== tag) throw changedMeanwhile(file.label)
    if (isAnswer && position > 0 && answer.ContentRange === undefined) throw notWhole(file, bucket, position)
    let cause: unknown = null
    const body = answer.Body as Readable
    if (!isAnswer) body.on('error', () => {}).destroy()
    else
      try {
        for await (const chunk of body as AsyncIterable<Buffer>) {
          signal.throwIfAborted()
          position += chunk.length
          if (position > size) throw changedMeanwhile(file.label)
          cuts = 0
          yield chunk
        }
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof ConnectorError || !passes(error)) throw error
        cause = error
      }
    if (position === size) return
    cuts += 1
    if (cuts > MAX_CUTS) throw notWhole(file, bucket, position)
    await clock.sleep(waitMs(cause ?? {}, cuts, clock.now()), signal)
  }
}

function notWhole(file: SourceFile, bucket: string, position: number): ConnectorError {
  return new ConnectorError('failed', {
    message: `${file.label} of the bucket ${bucket} ends after ${position} of ${file.state.size} bytes.`,
    hint: 'Nothing was taken from it. The next run tries again.',
  })
}
