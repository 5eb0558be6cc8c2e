// Owns how a record looks inside a CEL expression: what is missing or null is "", at any depth.

interface Holder {
  readonly source: object
}

const VIEW: ProxyHandler<Holder> = {
  get: (holder, key) =>
    typeof key === 'symbol' || !Object.hasOwn(holder.source, key) ? absent(key) : at(holder, key),
  has: (holder, key) => typeof key === 'string' && Object.hasOwn(holder.source, key),
  ownKeys: (holder) => Object.keys(holder.source),
  // The CEL library asks for own properties before it reads one, so each name answers that it is there.
  getOwnPropertyDescriptor: (holder, key) =>
    typeof key === 'symbol'
      ? undefined
      : {
          value: Object.hasOwn(holder.source, key) ? at(holder, key) : '',
          configurable: true,
          enumerable: true,
          writable: true,
        },
}

/** A record's fields as CEL reads them. Nothing is copied; lists and objects inside are viewed the same way. */
export function recordView(fields: Readonly<Record<string, unknown>>): object {
  return new Proxy<Holder>({ source: fields }, VIEW)
}

/** The value under `keys`, or "" as soon as one of them is missing. */
export function valueAt(view: unknown, keys: readonly unknown[]): unknown {
  let value = view
  for (const key of keys) {
    if (Array.isArray(value)) value = typeof key === 'bigint' ? value[Number(key)] : undefined
    else if (typeof value === 'object' && value !== null)
      value = (value as Record<string, unknown>)[String(key)]
    else return ''
    if (value === undefined || value === null) return ''
  }
  return value
}

function at(holder: Holder, key: string): unknown {
  return viewed((holder.source as Record<string, unknown>)[key])
}

function absent(key: string | symbol): unknown {
  // `constructor` is how the CEL library tells a plain object from others.
  return typeof key === 'symbol' ? undefined : key === 'constructor' ? Object : ''
}

function viewed(value: unknown): unknown {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return typeof value === 'function' || typeof value === 'symbol' ? '' : value
  if (Array.isArray(value)) return value.map(viewed)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  return new Proxy<Holder>({ source: value }, VIEW)
}
