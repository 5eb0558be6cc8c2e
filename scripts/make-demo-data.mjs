// Makes config/demo/contacts.csv: the 1,000 people of a clinic that does not exist, as messy as real exports are.
// The same seed gives the same file, byte for byte. `node scripts/make-demo-data.mjs [FILE]` writes it and says what is in it.
//
// Numbers are of ranges kept for fiction where a country has some (US and CA 555-01xx, GB 020 7946 0xxx, FR 01 99 00,
// DE 030 23125, AU 5550), and made up elsewhere.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const target = process.argv[2] ?? fileURLToPath(new URL('../config/demo/contacts.csv', import.meta.url))
const TOTAL = 1000

/** mulberry32: small, and the same everywhere. */
let state = 20_260_101
function random() {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}
const below = (n) => Math.floor(random() * n)
const pick = (list) => list[below(list.length)]
const chance = (share) => random() < share
const words = (text) => text.split(' ')

const english = {
  first: words(
    'Olivia Liam Emma Noah Ava James Sophia Lucas Mia Henry Grace Owen Ruth Samuel Hannah Oscar Nora Peter Alice Frank Wendy Carl Julia Martin Tessa Ray',
  ),
  last: words(
    "Smith Johnson Brown Davis Wilson Moore Clark Lewis Walker Hall Young Wright Green Baker Turner O'Brien Collins Murphy Reed Cook Bell Ward Price Foster Long McKenzie",
  ),
}

// share: weight; nsn: the national number without its leading 0, where every d is any digit; how: ways to write it.
// In `how`, # takes the next digit of the national number.
const COUNTRIES = [
  {
    share: 56,
    cc: '1',
    named: ['US', 'USA', 'us', 'United States', '', '', ''],
    ...english,
    nsn: [415, 510, 628, 650, 408, 707, 925, 831, 212, 646, 305, 617, 312, 206].map(
      (area) => `${area}55501dd`,
    ),
    how: [
      '(###) ###-####',
      '###-###-####',
      '###.###.####',
      '### ### ####',
      '##########',
      '1-###-###-####',
      '1##########',
      '+1 (###) ###-####',
    ],
  },
  {
    share: 6,
    cc: '1',
    named: ['CA', 'Canada', 'CAN'],
    ...english,
    nsn: ['41655501dd', '60455501dd', '51455501dd'],
    how: ['(###) ###-####', '###-###-####', '+1 ### ### ####'],
  },
  {
    share: 7,
    cc: '52',
    named: ['MX', 'Mexico', 'mex'],
    nsn: ['55555001dd', '33555001dd', '81555001dd'],
    how: [
      '## #### ####',
      '(##) ####-####',
      '+52 ## #### ####',
      '+52 1 ## #### ####',
      '044 ## #### ####',
      '##########',
    ],
    first: words('José María Guadalupe Juan Sofía Andrés Lucía Raúl Ximena Ángel Inés Iván'),
    last: words('García Hernández Martínez López González Pérez Núñez Ramírez Muñoz Ibáñez'),
  },
  {
    share: 6,
    cc: '44',
    named: ['GB', 'UK', 'United Kingdom', 'England'],
    nsn: ['2079460ddd'],
    ...english,
    how: [
      '0## #### ####',
      '(0##) #### ####',
      '+44 ## #### ####',
      '+44 (0)## #### ####',
      '0044 ##########',
      '##########',
    ],
  },
  {
    share: 5,
    cc: '49',
    named: ['DE', 'Germany', 'DEU', 'Deutschland'],
    nsn: ['3023125ddd', '6990009ddd'],
    how: ['0##/########', '0## ### #####', '+49 ## ########', '+49 (0)## ########', '0049##########'],
    first: words('Jürgen Käthe Björn Ülkü Anneliese Günther Sören Jörg Heike Uwe'),
    last: words('Müller Schröder Weiß Groß Köhler Bäcker Yıldız Schäfer Vogel Böhm'),
  },
  {
    share: 4,
    cc: '33',
    named: ['FR', 'France'],
    nsn: ['19900dddd', '26191dddd'],
    how: [
      '0# ## ## ## ##',
      '0#.##.##.##.##',
      '+33 # ## ## ## ##',
      '+33(0)#########',
      '0033#########',
      '#########',
    ],
    first: words('Chloé Zoé François Hélène Loïc Maëlle Jérôme Agnès Côme'),
    last: words("Lefèvre Dubois Garçon D'Aubigné Noël Béranger Prévost Hébert"),
  },
  {
    share: 3,
    cc: '34',
    named: ['ES', 'Spain', 'España'],
    nsn: ['600000ddd'],
    how: ['### ### ###', '### ## ## ##', '+34 ### ### ###', '0034#########'],
    first: words('Begoña Íñigo Nuria Álvaro Pilar Marta'),
    last: words('Ibarra Peña Castaño Vázquez Güell'),
  },
  {
    share: 3,
    cc: '972',
    named: ['IL', 'Israel'],
    nsn: ['5055501dd'],
    how: ['0##-###-####', '0##-#######', '+972 ##-###-####', '972#########'],
    first: words('דוד נועה משה תמר יעל אבי'),
    last: words('לוי מזרחי כהן פרץ אזולאי'),
  },
  {
    share: 2,
    cc: '20',
    named: ['EG', 'Egypt'],
    nsn: ['1005550ddd'],
    arabic: true,
    how: ['0### ### ####', '0##########', '+20 ### ### ####'],
    first: words('محمد فاطمة عمر ليلى يوسف'),
    last: words('حسن إبراهيم السيد منصور'),
  },
  {
    share: 2,
    cc: '971',
    named: ['AE', 'UAE', 'United Arab Emirates'],
    nsn: ['5055501dd'],
    arabic: true,
    how: ['0## ### ####', '+971 ## ### ####', '00971#########'],
    first: words('مريم خالد سلطان نورة'),
    last: words('المنصوري الحمادي الكعبي'),
  },
  {
    share: 3,
    cc: '91',
    named: ['IN', 'India'],
    nsn: ['990000dddd'],
    how: ['##### #####', '#####-#####', '0##########', '+91 ##### #####'],
    first: words('Priya Arjun Ananya Rohan दीपा Vikram'),
    last: words('Nair Iyer Sharma पटेल Rao'),
  },
  {
    share: 2,
    cc: '81',
    named: ['JP', 'Japan'],
    nsn: ['9055500ddd'],
    wide: true,
    how: ['0##-####-####', '0##########', '+81 ##-####-####'],
    first: words('さくら 浩 健太 美咲 陽子'),
    last: words('田中 佐藤 鈴木 渡辺'),
  },
  {
    share: 3,
    cc: '55',
    named: ['BR', 'Brazil', 'Brasil'],
    nsn: ['119555001dd', '219555001dd'],
    how: ['(##) #####-####', '## #########', '+55 ## #####-####'],
    first: words('João Luísa Antônio Conceição Fábio'),
    last: words('Silva Assunção Araújo Brandão'),
  },
  {
    share: 2,
    cc: '61',
    named: ['AU', 'Australia'],
    nsn: ['25550dddd', '35550dddd'],
    ...english,
    how: ['(0#) #### ####', '0# #### ####', '+61 # #### ####'],
  },
]

const weighted = COUNTRIES.flatMap((country) => Array(country.share).fill(country))
// Kept for the people of CAST, and for what src/cli/demo/edits.ts adds.
const taken = new Set(
  words(
    '14155550123 14155550144 16285550145 493023125246 16175550147 15105550148 819055500249 919900000250 201005550251 12125550190',
  ),
)

/** A number that nobody else has, as digits with the country code. */
function freshNumber(country) {
  for (;;) {
    const nsn = pick(country.nsn).replace(/d/g, () => String(below(10)))
    if (taken.has(country.cc + nsn)) continue
    taken.add(country.cc + nsn)
    return nsn
  }
}

const shifted = (text, zero) => text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)))

/** One of the ways in which a person or a spreadsheet writes this number. */
function written(country, nsn, mess = 0.2) {
  const left = [...nsn]
  const template = pick(country.how)
  const text = template.replace(/#/g, () => left.shift() ?? '') + left.join('')
  if (!chance(mess)) return text
  if (country.arabic) return shifted(text, 0x660)
  if (country.wide) return shifted(text, 0xff10).replaceAll('-', '－')
  if (country.cc === '1' && chance(0.3)) return pick([`${nsn}.0`, `1.${nsn}E+10`, `'+1${nsn}`])
  return pick([
    `  ${text} `,
    `tel:+${country.cc}${nsn}`,
    `Mobile: ${text}`,
    `${text} (work)`,
    `${text} ext. ${12 + below(80)}`,
    text.replaceAll(' ', '\u00a0'),
    text.replaceAll('-', '–'),
    `\u202a+${country.cc}${nsn}\u202c`,
  ])
}

const NOTES = [
  'Prefers mornings, not before 9',
  'Allergic to penicillin; see "red" file',
  'Moved in May.\nNew address on paper form',
  'Ask about insurance, twice',
  'Speaks Spanish, some English',
  'Wheelchair access',
  'Daughter drives him 🚗',
]
const plainText = (text) =>
  text
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase()

function email(first, last, n) {
  if (chance(0.12)) return pick(['', '', 'none', 'n/a', '-'])
  const name = `${plainText(first)}.${plainText(last)}`
  const address = `${name.length > 4 ? name : 'patient'}${n}@${pick(['example.com', 'example.org', 'example.net'])}`
  return chance(0.06)
    ? pick([` ${address}`, address.replace('example', 'EXAMPLE'), `mailto:${address}`])
    : address
}

const day = (from, days) => new Date(Date.UTC(from, 0, 1 + below(days))).toISOString().slice(0, 10)

function person(n) {
  const country = pick(weighted)
  const first = pick(country.first)
  const last = pick(country.last)
  const nsn = freshNumber(country)
  const plan = pick(['Basic', 'Basic', 'Plus', 'Premium', ''])
  const inMobile = chance(0.85)
  const phone = written(country, nsn)
  const bare = /^\D*\+/.test(phone) && chance(0.3)
  return {
    id: `P-${n}`,
    first_name: first,
    last_name: last,
    mobile: inMobile ? phone : pick(['', 'n/a', 'none', 'same as home']),
    phone: inMobile ? (chance(0.1) ? '-' : '') : phone,
    email: email(first, last, n),
    country: bare ? '' : pick(country.named),
    status: 'active',
    plan,
    renewal: plan === '' ? '' : day(2026, 365),
    vip: chance(0.05) ? '1' : '',
    sms_opt_out: chance(0.035) ? 'yes' : '',
    notes: chance(0.12) ? pick(NOTES) : '',
    updated_at: `${day(2023, 900)}T${String(8 + below(10)).padStart(2, '0')}:${String(10 + below(50))}:00Z`,
    made: { country, nsn },
  }
}

// What no program can turn into a number, and how often it stands in the file. A # is any digit.
const JUNK = [
  { n: 7, mobile: [''], phone: ['', 'n/a', '-'] },
  {
    n: 11,
    mobile: ['1.415#6E+10', '1.6#856E+10', '4.42#79E+11', '6.1#556E+09', '4.93#23E+11'],
  },
  { n: 13, mobile: ['555-01##', '555 01##', '55501##', '555.01##', '5550', '55-01##'] },
  {
    n: 9,
    mobile: [
      'call his wife',
      'ask at the front desk',
      'see paper form',
      'unlisted',
      'ask her son',
      'number changed',
    ],
  },
  { n: 6, mobile: ['000-000-0000', '1234567890', '(999) 555-0123'] },
  { n: 3, mobile: ['415-555-0119-0188', '+1 415 555 01234567'] },
  { n: 3, mobile: ['020 7946 0018'], country: ['Overseas', 'Other', 'abroad'] },
]

/** Records in which the plot of the demo takes place; src/cli/demo/edits.ts names some of them. */
const CAST = [
  'P-1001|María|López|(415) 555-0123||maria.lopez@example.com|US|active|Premium|2026-09-30|1||Prefers mornings, speaks Spanish|2025-06-14T09:12:00Z',
  'P-1002|Maria|Lopez||+1 415.555.0123|mlopez@example.net|USA|active|Basic|||yes|registered twice?|2023-02-02T16:40:00Z',
  'P-1003|Daniel|Kim|1.41556E+10||daniel.kim@example.com|US|active|Plus|2026-03-01||||2025-01-09T10:00:00Z',
  'P-1004|Emily|Carter|628-555-0145||emily.carter@example.org|US|active|Basic|2026-05-15||||2024-11-20T13:05:00Z',
  'P-1005|Jürgen|Weiß|030/23125246||juergen.weiss@example.com|Germany|active|Basic|2026-02-28|||kommt, wenn möglich, freitags|2025-03-03T08:30:00Z',
  'P-1006|Sofia|Rossi|tel:+1-617-555-0147||sofia.r@example.com|us|active|Plus|2026-08-01|||Wheelchair access|2024-07-07T15:15:00Z',
  'P-1007|Robert|O’Neil|1-510-555-0148||rob.oneil@example.net||active|Basic|2026-01-31||||2024-02-12T11:45:00Z',
  'P-1008|田中|浩|０９０－５５５０－０２４９||tanaka@example.org|Japan|active|Premium|2026-12-31|1|||2025-05-21T09:00:00Z',
  'P-1009|Priya|Nair|n/a|0 99000 00250|priya.nair@example.com|India|active|Plus|2026-06-06||||2025-04-18T17:20:00Z',
  'P-1010|Walter|Long|call his wife||wlong@example.com|US|active|Basic|2026-04-04||||2024-09-30T12:00:00Z',
  'P-1011|يوسف|حسن|٠١٠٠٥٥٥٠٢٥١||y.hassan@example.org|Egypt|active|Basic|2026-07-19||||2025-02-27T14:10:00Z',
]
const COLUMNS = words(
  'id first_name last_name mobile phone email country status plan renewal vip sms_opt_out notes updated_at',
)
const castRows = CAST.map((line) =>
  Object.fromEntries(line.split('|').map((cell, at) => [COLUMNS[at], cell])),
)

const rows = []
for (let n = 1001 + CAST.length; rows.length < TOTAL - CAST.length - 1; n++) rows.push(person(n))

// Each of these takes its rows from those that nothing has happened to yet.
const untouched = [...rows]
const some = (n) => Array.from({ length: n }, () => untouched.splice(below(untouched.length), 1)[0])
const junk = JUNK.flatMap(({ n, mobile, phone = [''], country = ['US', ''] }) =>
  some(n).map((row) =>
    Object.assign(row, {
      mobile: pick(mobile).replace(/#/g, () => String(below(10))),
      phone: pick(phone),
      country: pick(country),
    }),
  ),
)
const archived = some(38).map((row) => Object.assign(row, { status: 'archived' }))
// A family with one phone, or one person twice: another record's number, in another spelling.
const shared = some(26).map((row) => {
  const { made, last_name, country } = pick(untouched)
  return Object.assign(row, {
    mobile: written(made.country, made.nsn, 0),
    phone: '',
    last_name,
    country: country || pick(made.country.named.slice(0, 1)),
  })
})
const sameId = some(2).map((row, at) => Object.assign(row, { id: rows[400 + at].id }))
const noId = some(1).map((row) => Object.assign(row, { id: '' }))
// One row was pasted twice.
rows.splice(700, 0, { ...rows[640] })

const cell = (text) =>
  /[",\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text
const lines = [...castRows, ...rows].map((row) => COLUMNS.map((column) => cell(row[column])).join(','))
writeFileSync(target, `\ufeff${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`)

process.stdout.write(
  `${lines.length} rows: ${junk.length + 2} without a usable number, ${archived.length} archived, ${shared.length + 1} with a number that another has, ` +
    `${sameId.length + 1} with an id that another has, ${noId.length} without an id\n`,
)
