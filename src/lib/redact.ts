// Owns what is taken out of a text before anybody sees it: secrets and phone numbers.
import { maskPhone } from './phone.ts'

/** Taken for a phone number, also inside text: any run of 10 to 15 digits, `+1 415-555-0171`, `(415) 555-0171`. */
const PHONE_LIKE =
  /(?:(?<![\w.-])|(?<=%2B))(?:\+?\d{10,15}|\+\d[\d ().-]{6,18}\d|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])/gi

/** Takes secrets and phone numbers out of a text that is about to be shown or stored. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, '[secret]')
  return clean.replace(PHONE_LIKE, (found) => maskPhone(found.replace(/\D/g, '')))
}
