// Owns the options of the airbyte connector.
import { z } from 'zod'
import { bridgeShape } from './options.ts'

const { selectFields: _whole, ...shape } = bridgeShape

export const airbyteOptions = z.strictObject({
  ...shape,
  namespace: z
    .string()
    .min(1)
    .optional()
    .describe('The namespace of the stream, where several streams have its name.'),
  syncMode: z
    .enum(['incremental', 'full_refresh'])
    .optional()
    .describe(
      'How the source reads the stream. Without it: incremental where the stream can and has a key, else full_refresh.',
    ),
  cursorField: z
    .string()
    .min(1)
    .optional()
    .describe('The field that changes are found by, where the source leaves the choice.'),
})

export type AirbyteOptions = z.output<typeof airbyteOptions>
