// Owns the way in: a token, once, against a cookie that scripts cannot read.
import { useEffect, useState } from 'preact/hooks'
import { login } from '../api/actions.ts'
import { type ApiError, messageOf, signedOut } from '../api/client.ts'
import { refresh } from '../api/resource.ts'
import { Notice } from '../ui/notice.tsx'
import { Prose } from '../ui/prose.tsx'
import { Mark } from './navigation.tsx'

export function Login() {
  const [token, setToken] = useState('')
  const [error, setError] = useState<ApiError | null>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    document.title = 'Sign in · heysync'
    document.getElementById('token')?.focus()
  }, [])
  const enter = async (event: Event) => {
    event.preventDefault()
    setBusy(true)
    try {
      await login(token.trim())
      signedOut.value = false
      refresh()
    } catch (thrown) {
      setError(messageOf(thrown))
    }
    setBusy(false)
  }
  return (
    <main class="login">
      <form onSubmit={enter}>
        <Mark />
        <h1>Sign in to heysync</h1>
        <p class="soft">
          The token is the one of <code>service.token</code> in heysync.yaml.
        </p>
        {error ? (
          <Notice tone="bad" urgent title={error.message}>
            {error.hint ? (
              <p class="way">
                <Prose text={error.hint} />
              </p>
            ) : null}
          </Notice>
        ) : null}
        <label for="token">Token</label>
        <input
          id="token"
          type="password"
          autocomplete="current-password"
          required
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        <button type="submit" class="button strong" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  )
}
