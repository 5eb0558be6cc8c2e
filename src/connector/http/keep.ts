// Owns what a connector may keep between pulls beside its cursor, such as a token that the vendor has rotated.

/** Small texts by name, durable once `set` returns. Losing them costs a request or a new sign-in, never records. */
export interface Keep {
  get(name: string): string | null
  set(name: string, value: string): void
}
