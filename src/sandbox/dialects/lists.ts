// Owns the dialects of lists, channels and the bulk writes of contacts.

export const LIST_DIALECTS = {} as const
