import iso from 'i18n-iso-countries/index.js'
import { getCountries } from 'libphonenumber-js/max'
import { describe, expect, test } from 'vitest'
import { countryCode } from '../../../src/sync/normalize/country.ts'

describe('countryCode', () => {
  test.each([
    ['US', 'US'],
    ['us', 'US'],
    [' gbr ', 'GB'],
    ['UK', 'GB'],
    ['U.K.', 'GB'],
    ['USA', 'US'],
    ['U.S.A.', 'US'],
    ['United States of America', 'US'],
    ['the united kingdom', 'GB'],
    ['England', 'GB'],
    ['Great Britain', 'GB'],
    ['South Korea', 'KR'],
    ['Russia', 'RU'],
    ['Russian Federation', 'RU'],
    ["Côte d'Ivoire", 'CI'],
    ['COTE D’IVOIRE', 'CI'],
    ['Bosnia & Herzegovina', 'BA'],
    ['Türkiye', 'TR'],
    ['Turkey', 'TR'],
    ['Czechia', 'CZ'],
    ['Viet Nam', 'VN'],
    ['Hong Kong', 'HK'],
    ['St. Lucia', 'LC'],
    ['The Netherlands', 'NL'],
    ['UAE', 'AE'],
    ['Kosovo', 'XK'],
    ['Deutschland', 'DE'],
  ])('%s is %s', (text, code) => {
    expect(countryCode(text)).toBe(code)
  })

  test.each(['', 'Narnia', 'XX', 'Congo', '44', '+1', 'AQ', 'constructor'])('%j is none', (text) => {
    expect(countryCode(text)).toBe(null)
  })

  test('every country with phone numbers is known by its code', () => {
    for (const code of getCountries()) expect(countryCode(code.toLowerCase())).toBe(code)
  })

  test('every country with phone numbers is known by its alpha-3 code where ISO gives one', () => {
    for (const code of getCountries()) {
      const alpha3 = iso.alpha2ToAlpha3(code)
      if (alpha3 !== undefined) expect(countryCode(alpha3)).toBe(code)
    }
  })
})
