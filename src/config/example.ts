// Owns how a key of the config says what stands for it in config/heysync.example.yaml.

/** A value for config/heysync.example.yaml. */
export const example = (value: unknown) => ({ examples: [value] })
