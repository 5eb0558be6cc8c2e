// Owns Salesforce ids: 15 characters where case matters, or the same with three more that make up for lost case.

/** The first characters of every campaign's id. */
export const CAMPAIGN_PREFIX = '701'

const SUFFIX_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'

export function isId(text: string): boolean {
  return /^[a-zA-Z0-9]{15}(?:[A-Z0-5]{3})?$/.test(text)
}

/**
 * The form with 18 characters, which is the one that the API answers with. Each of the last three says which of five
 * characters are capitals (Salesforce: "ID Field Type").
 */
export function longId(id: string): string {
  if (id.length !== 15) return id
  const suffix = [0, 5, 10].map((start) => {
    const bits = [...id.slice(start, start + 5)].map((letter, at) => (/[A-Z]/.test(letter) ? 1 << at : 0))
    return SUFFIX_LETTERS[bits.reduce((sum: number, bit) => sum + bit, 0)]
  })
  return id + suffix.join('')
}
