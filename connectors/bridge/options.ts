// Owns the options that both kinds of program share: every key, its default and the sentence that explains it.
import { z } from 'zod'

const field = z.string().trim().min(1)
/** Longer than any timer takes is a mistake. */
const seconds = z.number().positive().max(2_000_000)

export const bridgeShape = {
  command: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'Program and first arguments, one list item each; no shell is used. {folder} becomes the private folder with the config, for docker run -v {folder}:{folder}.',
    ),
  config: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('What the program is given as its config file, as its own documentation says.'),
  stream: field.describe('The stream that holds the people, e.g. contacts.'),
  selectFields: z
    .array(field)
    .min(1)
    .optional()
    .describe(
      'Fields to ask for. Ids and the fields below that the connector needs come in any case. Without it, all fields.',
    ),
  idField: z
    .union([field, z.array(field).min(1)])
    .optional()
    .describe(
      "The field, or several, that hold the record's own id. Without it, the key that the stream names.",
    ),
  updatedField: field
    .optional()
    .describe(
      'The field that holds the time of the last change. Without it, the field that changes are found by.',
    ),
  deletedFields: z
    .array(field)
    .default(['_sdc_deleted_at', '_ab_cdc_deleted_at', 'IsDeleted'])
    .describe('Fields that say that a record is gone, where they hold a time or true.'),
  archivedFields: z
    .array(field)
    .default(['archived'])
    .describe('Fields that say that a record was put aside, where they hold a time or true.'),
  env: z
    .array(field)
    .default([])
    .describe(
      'Names of environment variables that the program gets beside PATH, HOME, the language, the time zone and where certificates are.',
    ),
  idleSeconds: seconds
    .default(5_400)
    .describe('How long the program may be silent on both outputs before it is stopped, in seconds.'),
  totalSeconds: seconds
    .default(86_400)
    .describe('How long one run of the program may take before it is stopped, in seconds.'),
  graceSeconds: seconds
    .default(10)
    .describe('How long the program has to end by itself when it is told to, in seconds; then it is killed.'),
  noiseLimit: z
    .int()
    .min(0)
    .default(100)
    .describe('How many lines of its output may be no messages before the pull fails.'),
  pageSize: z.int().min(1).max(10_000).default(500).describe('Records that are saved at a time.'),
} as const

const shared = z.object(bridgeShape)
export type BridgeOptions = z.output<typeof shared>

export function idFieldsOf({ idField }: Pick<BridgeOptions, 'idField'>): readonly string[] | null {
  if (idField === undefined) return null
  return typeof idField === 'string' ? [idField] : idField
}
