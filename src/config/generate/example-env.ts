// Owns config/example.env: the variables that the example config reads.

const VARIABLES: Readonly<Record<string, { readonly about: string; readonly value: string }>> = {
  HEYMARKET_SECRET_ID: {
    about: 'Heymarket: Settings, Integrations, API. Make an API secret; this is its Secret ID.',
    value: 'put-the-secret-id-here',
  },
  HEYMARKET_SECRET_KEY: {
    about: 'Its Secret Key. Heymarket shows it once.',
    value: 'put-the-secret-key-here',
  },
  HEYMARKET_API_KEY: {
    about: 'Only without an API secret: the legacy team API key.',
    value: 'put-the-team-key-here',
  },
  HEYSYNC_TOKEN: {
    about: "The admin API's bearer token, 16 characters or more. Make one with: openssl rand -hex 24",
    value: 'put-a-long-random-text-here',
  },
  HEYSYNC_WEBHOOK_SECRET: {
    about:
      'Last part of the address that Heymarket calls, 16 characters or more. Make one with: openssl rand -hex 24',
    value: 'put-another-random-text-here',
  },
  SLACK_WEBHOOK_URL: {
    about: 'Incoming webhook of the channel in Slack that is told when something needs a person.',
    value: 'https://hooks.slack.com/services/put-yours-here',
  },
  SMTP_URL: {
    about: 'Mail server for alerts, with user and password.',
    value: 'smtp://user:password@mail.example.com:587',
  },
  HEYSYNC_WEBHOOK_TOKEN: {
    about: "The webhook's verification token, from Heymarket.",
    value: 'put-the-token-of-the-webhook-here',
  },
}

const HEAD = `# What config/heysync.example.yaml reads from the environment. Copy this file to .env beside heysync.yaml, fill it in,
# and keep it out of version control. heysync reads it by itself; a variable that is set already wins.
`

/**
 * The text of example.env for an example config.
 * @throws Error when the example reads a variable that is not explained here.
 */
export function exampleEnv(exampleYaml: string): string {
  const inUse = new Set(namesIn(exampleYaml, /^\s*#/))
  const lines = [...new Set(namesIn(exampleYaml, /^\s*# /))].map((name) => {
    const variable = VARIABLES[name]
    if (!variable) throw new Error(`example-env.ts does not explain ${name}, which the example config reads.`)
    return `\n# ${variable.about}\n${inUse.has(name) ? '' : '#'}${name}=${variable.value}\n`
  })
  return HEAD + lines.join('')
}

function namesIn(text: string, except: RegExp): string[] {
  const lines = text.split('\n').filter((line) => !except.test(line))
  return [...lines.join('\n').matchAll(/\$\{([A-Z_][A-Z0-9_]*)\}/g)].flatMap((match) => match[1] ?? [])
}
