// Owns the measure of what shows far fewer than it did before, be it the records of a source or one of its lists. Pure.

/** By more than this share, and by at least so many. */
const FAR_FEWER = { ratio: 0.3, min: 50 }
/** From so many on, to show none of them is not believed; nor, from so many on, to show less than a tenth of them. */
const NONE = 3
const NEARLY_NONE = { ratio: 0.9, min: 20 }

export function isFarFewer(shown: number, usual: number): boolean {
  return fell(shown, usual, FAR_FEWER)
}

/** Of a list: people come and go one by one, and whoever is not on it may be texted. */
export function isHardlyThere(shown: number, usual: number): boolean {
  if (shown === 0) return usual >= NONE
  return fell(shown, usual, FAR_FEWER) || fell(shown, usual, NEARLY_NONE)
}

function fell(shown: number, usual: number, { ratio, min }: typeof FAR_FEWER): boolean {
  return usual - shown > ratio * usual && usual - shown >= min
}
