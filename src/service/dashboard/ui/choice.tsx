// Owns a choice of one out of a few; the arrow keys are those of a radio group.

export function Choice({
  label,
  options,
  value,
  onPick,
}: {
  label: string
  options: readonly (readonly [value: string, name: string])[]
  value: string
  onPick: (value: string) => void
}) {
  return (
    <fieldset class="choice">
      <legend class="unseen">{label}</legend>
      {options.map(([one, name]) => (
        <label key={one}>
          <input type="radio" name={label} checked={value === one} onChange={() => onPick(one)} />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  )
}
