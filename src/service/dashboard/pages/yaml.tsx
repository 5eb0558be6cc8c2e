// Owns how the config is shown: keys and comments are told apart from values, and nothing else of YAML is understood.

const LINE = /^(\s*(?:- )?)([\w.-]+|"[^"]*")(:)(.*)$/

export function Yaml({ text }: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre class="yaml" tabIndex={0}>
      <code>
        {text.split('\n').map((line, at) => (
          <Line key={at} of={line} />
        ))}
      </code>
    </pre>
  )
}

function Line({ of }: { of: string }) {
  if (/^\s*#/.test(of)) return <span class="comment">{`${of}\n`}</span>
  const [, indent, key, colon, value] = LINE.exec(of) ?? []
  if (key === undefined) return <span>{`${of}\n`}</span>
  return (
    <span>
      {indent}
      <b>{key}</b>
      {colon}
      {value}
      {'\n'}
    </span>
  )
}
