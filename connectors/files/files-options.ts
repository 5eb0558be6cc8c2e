// Owns the options of the files connector beyond those that it shares with csv.
import { z } from 'zod'
import { isGlob } from './glob.ts'
import { type CsvOptions, checkWhichFiles, tableShape } from './options.ts'
import { s3Options, sftpOptions } from './store/place-options.ts'

const GIBIBYTE = 1_073_741_824

const shape = {
  ...tableShape,
  path: z
    .string()
    .min(1)
    .describe(
      'The file, or a glob such as exports/*.csv. In S3: the key, or a glob of keys. Here, a relative path starts from the folder of the config file.',
    ),
  sftp: sftpOptions.optional().describe('The SFTP server that path is on.'),
  s3: s3Options.optional().describe('The bucket that path is in.'),
  sheet: z
    .string()
    .trim()
    .min(1)
    .optional()
    .describe('Name of the sheet of an Excel workbook. Without it the first one that is not hidden is read.'),
  archive: z
    .string()
    .min(1)
    .refine((folder) => !isGlob(folder), 'one folder, not a glob')
    .optional()
    .describe(
      'Folder, or key prefix in S3, that a file is moved to once a later pull finds that what was read of it is saved.',
    ),
  maxBytes: z
    .int()
    .min(1)
    .default(GIBIBYTE)
    .describe('A file that has to be copied or unpacked before it is read may have this many bytes.'),
} as const

export const filesOptions = z
  .strictObject(shape)
  .superRefine(checkWhichFiles)
  .superRefine((options, check) => {
    const refuse = (path: string[], message: string) => check.addIssue({ code: 'custom', path, message })
    if (options.archive !== undefined && options.files === 'all') {
      refuse(
        ['archive'],
        'with `files: all` the files together are the whole, so none of them can be moved away; remove it',
      )
    }
    if (options.sftp && options.s3) refuse(['s3'], 'the files are in one place; remove sftp or s3')
    if (options.sftp) {
      const { password, privateKey, privateKeyFile } = options.sftp
      const given = [password, privateKey, privateKeyFile].filter((one) => one !== undefined).length
      if (given !== 1) refuse(['sftp'], 'set one of password, privateKey and privateKeyFile')
    }
    if (options.s3) {
      const { accessKeyId, secretAccessKey } = options.s3
      if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
        refuse(['s3'], 'accessKeyId and secretAccessKey belong together')
    }
  })

/** What a pull is made with, also one of csv, which lacks the rest. */
export type FilesOptions = CsvOptions & Partial<Omit<z.output<typeof filesOptions>, keyof CsvOptions>>
