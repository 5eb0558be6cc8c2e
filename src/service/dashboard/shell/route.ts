// Owns where in the dashboard a person is: the part of the address after #, so that the service serves one page only.
import { signal } from '@preact/signals'

export interface Route {
  /** e.g. ['cycles', '01K…']; empty on the overview. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

function read(): Route {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?')
  return { path: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(query) }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export const route = signal<Route>(read())

export function startRouting(): void {
  addEventListener('hashchange', () => {
    route.value = read()
  })
}

/** The address of a place, e.g. `to('people', phone)`. */
export function to(...path: readonly string[]): string {
  return `#/${path.map(encodeURIComponent).join('/')}`
}

export function go(href: string): void {
  location.hash = href
}

/** The same place with other parameters, without a step in the history. */
export function refine(query: Readonly<Record<string, string | null>>): void {
  const given = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value) given.set(key, value)
  const text = given.toString()
  history.replaceState(null, '', `${to(...route.value.path)}${text === '' ? '' : `?${text}`}`)
  route.value = read()
}
