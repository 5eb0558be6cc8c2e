// Owns taking secrets out of text before anybody sees it.

const HIDDEN = '•••'
/** A shorter one would take half of every sentence with it. */
const SHORTEST = 4

/** The text with every secret, also in the form it has in an address, replaced. */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .sort((a, b) => b.length - a.length)
  return forms.reduce((clean, secret) => clean.replaceAll(secret, HIDDEN), text)
}
