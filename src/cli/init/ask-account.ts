// Owns the step of the wizard that finds the account: a sandbox or the real one, tried at once.
import { HeysyncError } from '../../lib/errors.ts'
import type { Asking } from './ask.ts'
import { sayTrouble } from './ask.ts'
import type { AccountDraft } from './draft.ts'
import { ACCOUNT_VARIABLES, accountOf, accountSecrets, SANDBOX_URL } from './given.ts'
import { type TriedAccount, tryAccount } from './look.ts'

export interface AnsweredAccount {
  readonly account: AccountDraft
  readonly secrets: ReadonlyMap<string, string>
}

export async function askAccount(asking: Asking): Promise<AnsweredAccount> {
  const { ask, given } = asking
  const isSandbox =
    given.sandbox ||
    (given.secretId === null &&
      (await ask.pick({
        message: 'Where do the contacts go?',
        choices: [
          { value: true, label: 'A sandbox', hint: 'a Heymarket on this machine, to try it; texts nobody' },
          {
            value: false,
            label: 'My Heymarket account',
            hint: 'nothing is written before you have seen the plan',
          },
        ],
      })))
  return isSandbox ? askSandbox(asking) : askReal(asking)
}

async function askSandbox(asking: Asking): Promise<AnsweredAccount> {
  const { given, ask } = asking
  const account = accountOf({ ...given, sandbox: true })
  const auth = { secretId: 'sandbox', secretKey: 'sandbox-secret' }
  for (;;) {
    const tried = await attempt(asking, auth, account)
    if (tried !== null) return { account: { ...account, ...tried }, secrets: new Map() }
    const next = await ask.pick({
      message: 'No sandbox answers. Start one in a second terminal: heysync sandbox',
      choices: [
        { value: 'again', label: 'It runs now: try again' },
        { value: 'on', label: 'Go on without it', hint: 'start it before the first plan' },
      ],
    })
    if (next === 'on') return { account, secrets: new Map() }
  }
}

async function askReal(asking: Asking): Promise<AnsweredAccount> {
  const { ask, given, io } = asking
  const account = { ...accountOf({ ...given, sandbox: false }) }
  const [ID, KEY] = ACCOUNT_VARIABLES
  const fromEnv = { secretId: io.env[ID] ?? '', secretKey: io.env[KEY] ?? '' }
  const hasEnv = fromEnv.secretId !== '' && fromEnv.secretKey !== ''
  let secrets = new Map(hasEnv ? [] : given.secretId === null ? [] : accountSecrets(given, asking.world))
  let mayUseEnv = hasEnv && given.secretId === null
  for (;;) {
    if (mayUseEnv) {
      const use = await ask.confirm({ message: `Use ${ID} and ${KEY}, which are set in this shell?` })
      if (use) secrets = new Map()
      else mayUseEnv = false
    }
    if (!mayUseEnv && secrets.size === 0) secrets = await askCredentials(asking)
    const auth = mayUseEnv ? fromEnv : { secretId: secrets.get(ID) ?? '', secretKey: secrets.get(KEY) ?? '' }
    const tried = await attempt(asking, auth, account)
    if (tried !== null) return { account: { ...account, ...tried }, secrets }
    const next = await ask.pick({
      message: 'What now?',
      choices: [
        { value: 'type', label: 'Type the credentials again' },
        { value: 'again', label: 'Try the same again' },
        { value: 'on', label: 'Go on, and look later', hint: '`heysync check` tries them' },
      ],
    })
    if (next === 'on') return { account, secrets }
    if (next === 'type') {
      secrets = new Map()
      mayUseEnv = false
    }
  }
}

async function askCredentials({ ask }: Asking): Promise<Map<string, string>> {
  ask.say(
    'An API secret is made in Heymarket under Settings, Integrations, API. Both parts go into .env, never into heysync.yaml.',
  )
  const needed = (typed: string) => (typed.trim() === '' ? 'It cannot be empty.' : undefined)
  const secretId = await ask.secret({ message: 'Secret ID', check: needed })
  const secretKey = await ask.secret({ message: 'Secret Key', check: needed })
  return new Map([
    [ACCOUNT_VARIABLES[0], secretId],
    [ACCOUNT_VARIABLES[1], secretKey],
  ])
}

async function attempt(
  asking: Asking,
  auth: { readonly secretId: string; readonly secretKey: string },
  { baseUrl, sandbox }: AccountDraft,
): Promise<Pick<TriedAccount, 'customFields'> | null> {
  const { ask, io, world } = asking
  const where = sandbox ? `the sandbox at ${baseUrl ?? SANDBOX_URL}` : 'Heymarket'
  try {
    const { team, customFields } = await ask.busy(`Asking ${where}`, () => tryAccount(auth, baseUrl, world))
    ask.say(
      `${io.color.green('✓')} ${sandbox ? 'The sandbox answers' : 'The credentials work'}: team "${team}".`,
    )
    return { customFields }
  } catch (error) {
    if (error instanceof HeysyncError && error.code === 'ERR_HEYMARKET_UNAUTHORIZED')
      ask.warn('Heymarket does not take them (401). Copy both parts once more: Secret ID, Secret Key.')
    else sayTrouble(asking, error, sandbox ? [] : Object.values(auth))
    return null
  }
}
