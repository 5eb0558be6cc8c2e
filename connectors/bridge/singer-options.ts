// Owns the options of the singer connector.
import { z } from 'zod'
import { bridgeShape } from './options.ts'

export const singerOptions = z.strictObject({
  ...bridgeShape,
  catalogFlag: z
    .enum(['catalog', 'properties', 'both'])
    .default('catalog')
    .describe('How the tap is given the selection. Older taps only understand properties.'),
  replicationMethod: z
    .enum(['INCREMENTAL', 'FULL_TABLE', 'LOG_BASED'])
    .optional()
    .describe(
      'How the tap reads the stream, where it leaves the choice. Without it: INCREMENTAL where the stream has a field to go by, else FULL_TABLE.',
    ),
  replicationKey: z
    .string()
    .min(1)
    .optional()
    .describe('The field that changes are found by, where the stream has several.'),
})

export type SingerOptions = z.output<typeof singerOptions>
