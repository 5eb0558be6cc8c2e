// Owns how values by the id of their custom field are held in memory. In a plain object a key such as 901 is an index, and V8
// lays such an object out like an array of that length: 11 KB for one value, and there is one for each contact.

/** Too far away for an array to reach, so that from then on each key is kept by itself. */
const FAR = 4_294_967_294

/** An object like any other, in the order of the ids. */
export function valuesById(values: Iterable<readonly [string, string]>): Record<string, string> {
  const byId: Record<string, string> = { [FAR]: '' }
  delete byId[FAR]
  for (const [id, value] of values) byId[id] = value
  return byId
}
