// Owns the country of a phone number: ISO code or English name, as people write it, to the code that phone metadata knows.
import { createRequire } from 'node:module'
import iso from 'i18n-iso-countries/index.js'
import { type CountryCode, isSupportedCountry } from 'libphonenumber-js/max'

/** Names in daily use that the ISO list lacks. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  america: 'US',
  'u s of america': 'US',
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  'northern ireland': 'GB',
  britain: 'GB',
  'united kingdom of great britain and northern ireland': 'GB',
  eire: 'IE',
  'republic of ireland': 'IE',
  korea: 'KR',
  holland: 'NL',
  'hong kong sar': 'HK',
  'hong kong sar china': 'HK',
  macau: 'MO',
  macao: 'MO',
  'viet nam': 'VN',
  vietnam: 'VN',
  'czech rep': 'CZ',
  burma: 'MM',
  swaziland: 'SZ',
  'cape verde': 'CV',
  'east timor': 'TL',
  vatican: 'VA',
  'vatican city': 'VA',
  kosovo: 'XK',
  'dominican rep': 'DO',
  'st lucia': 'LC',
  'trinidad tobago': 'TT',
  emirates: 'AE',
  ksa: 'SA',
  prc: 'CN',
  'mainland china': 'CN',
  rsa: 'ZA',
  macedonia: 'MK',
  brasil: 'BR',
  mexique: 'MX',
  espana: 'ES',
  deutschland: 'DE',
  osterreich: 'AT',
  schweiz: 'CH',
  suisse: 'CH',
  italia: 'IT',
  nederland: 'NL',
  belgie: 'BE',
  belgique: 'BE',
  danmark: 'DK',
  norge: 'NO',
  sverige: 'SE',
  suomi: 'FI',
  polska: 'PL',
}

/** Codes that people use although ISO gives another. */
const OTHER_CODES: Readonly<Record<string, string>> = { UK: 'GB', EL: 'GR' }

let names: ReadonlyMap<string, string> | undefined

/**
 * The country that a text names: ISO alpha-2 or alpha-3 in any case, or an English name; null when it is not known
 * or has no phone numbers of its own. Names are from ISO 3166.
 */
export function countryCode(text: string): CountryCode | null {
  const trimmed = text.trim()
  const upper = trimmed.toUpperCase()
  if (upper.length === 2 && /^[A-Z]{2}$/.test(upper)) return supported(OTHER_CODES[upper] ?? upper)
  if (upper.length === 3 && /^[A-Z]{3}$/.test(upper)) {
    const code = iso.alpha3ToAlpha2(upper)
    if (code !== undefined) return supported(code)
  }
  names ??= readNames()
  const code = names.get(fold(trimmed))
  return code === undefined ? null : supported(code)
}

function supported(code: string): CountryCode | null {
  return isSupportedCountry(code) ? code : null
}

/** Folded name to code; a name that two countries share ("Congo") is left out. */
function readNames(): Map<string, string> {
  const list = createRequire(import.meta.url)('i18n-iso-countries/langs/en.json') as {
    countries: Record<string, string | string[]>
  }
  const found = new Map<string, string>()
  const shared = new Set<string>()
  for (const [code, given] of Object.entries(list.countries)) {
    for (const name of new Set([given].flat().map(fold))) {
      if (found.has(name)) shared.add(name)
      found.set(name, code)
    }
  }
  for (const name of shared) found.delete(name)
  for (const [name, code] of Object.entries(OTHER_NAMES)) found.set(fold(name), code)
  return found
}

/** `The Côte d'Ivoire` and `cote divoire` fold to the same text. */
function fold(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}|['’.]/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/\bsaint\b/g, 'st')
    .replace(/\bthe\b|\band\b/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
