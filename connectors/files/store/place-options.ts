// Owns the options that say where files lie when that is not this machine.
import { z } from 'zod'

const FINGERPRINT = /^(SHA256:)?[A-Za-z0-9+/]{43}=?$/

const fingerprint = z
  .string()
  .trim()
  .regex(FINGERPRINT, 'a SHA-256 fingerprint such as SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU')

export const sftpOptions = z.strictObject({
  host: z.string().min(1).describe('Name or address of the SFTP server.'),
  port: z.int().min(1).max(65_535).default(22).describe('Port of the SFTP server.'),
  user: z.string().min(1).describe('Name to sign in with.'),
  password: z.string().min(1).optional().describe('Password to sign in with.'),
  privateKey: z
    .string()
    .min(1)
    .optional()
    .describe('Private key to sign in with, as the text of its file (OpenSSH or PEM).'),
  privateKeyFile: z
    .string()
    .min(1)
    .optional()
    .describe('File of the private key. A relative path starts from the folder of the config file.'),
  passphrase: z.string().min(1).optional().describe('Passphrase that the private key is locked with.'),
  hostKey: z
    .union([fingerprint, z.array(fingerprint).min(1)])
    .describe(
      'SHA-256 fingerprint of the host key of the server, or several of them. No other is talked to.',
    ),
  keepaliveMs: z
    .int()
    .min(0)
    .default(15_000)
    .describe('How often an idle connection shows that it is alive, in milliseconds. 0: never.'),
  timeoutMs: z
    .int()
    .min(1)
    .default(30_000)
    .describe('How long to wait until the server has let us in, in milliseconds.'),
})

export type SftpOptions = z.output<typeof sftpOptions>

export const s3Options = z.strictObject({
  bucket: z.string().min(1).describe('Name of the bucket.'),
  region: z
    .string()
    .min(1)
    .default('us-east-1')
    .describe('Region of the bucket. Servers other than Amazon often take any.'),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of the server, where that is not Amazon, such as https://minio.example.com.'),
  forcePathStyle: z
    .boolean()
    .default(false)
    .describe(
      'true: the bucket stands in the path of an address, not in its host name. MinIO and others need it.',
    ),
  accessKeyId: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Id of the access key. Without one the usual places of AWS are asked: environment, profile, role.',
    ),
  secretAccessKey: z.string().min(1).optional().describe('The access key itself.'),
  sessionToken: z
    .string()
    .min(1)
    .optional()
    .describe('Session token, where the access key is a temporary one.'),
})

export type S3Options = z.output<typeof s3Options>
