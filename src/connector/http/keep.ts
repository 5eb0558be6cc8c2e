// Owns what a connector may keep between pulls beside its cursor: marks of what was read, and what the vendor changed for good.

/** Small texts by name, durable once `set` returns. Losing them costs a request or a new sign-in, never records. */
export interface Keep {
  get(name: string): string | null
  /**
   * A mark of what heysync has read already. Where somebody only looks, as `plan` and `connectors test` do, it is forgotten
   * with what was read. `forGood` is for what is so whoever reads, such as a token that the vendor rotated: it is always saved.
   */
  set(name: string, value: string, how?: { readonly forGood: true }): void
}

export function keepInMemory(): Keep {
  const texts = new Map<string, string>()
  return { get: (name) => texts.get(name) ?? null, set: (name, value) => void texts.set(name, value) }
}

/** For whoever only looks: marks stay in memory, laid over those that are there. */
export function keepOver(real: Keep): Keep {
  const marks = new Map<string, string>()
  return {
    get: (name) => marks.get(name) ?? real.get(name),
    set: (name, value, how) => {
      if (how?.forGood !== true) {
        marks.set(name, value)
        return
      }
      marks.delete(name)
      real.set(name, value, how)
    },
  }
}
