// A source on the Airbyte CDK of Faros, which nobody here wrote. It is copied to where that package is installed.
const cdk = require('faros-airbyte-cdk')
const { readFileSync } = require('node:fs')
const text = { type: 'string' }
const schema = { type: 'object', properties: { id: text, phone: text, updated_at: text } }
class People extends cdk.AirbyteStreamBase {
  constructor(logger, config) {
    super(logger)
    this.config = config
  }
  get name() {
    return 'people'
  }
  get primaryKey() {
    return 'id'
  }
  get cursorField() {
    return 'updated_at'
  }
  getJsonSchema() {
    return schema
  }
  async *readRecords(mode, cursor, slice, state) {
    for (const one of this.config.people) {
      if (one.fail) throw new Error('the vendor is down')
      if (mode === 'full_refresh' || one.updated_at >= (state?.at ?? '')) yield one
    }
  }
  getUpdatedState(state, { updated_at }) {
    return { at: updated_at > (state.at ?? '') ? updated_at : state.at }
  }
}
class Source extends cdk.AirbyteSourceBase {
  get type() {
    return 'people'
  }
  async spec() {
    return new cdk.AirbyteSpec({ connectionSpecification: { type: 'object', properties: {} } })
  }
  async checkConnection(config) {
    return config.people ? [true, undefined] : [false, new Error('no people')]
  }
  streams(config) {
    return [new People(this.logger, config)]
  }
}
const logger = new cdk.AirbyteSourceLogger()
const runner = new cdk.AirbyteSourceRunner(logger, new Source(logger))
runner.mainCommand().parseAsync()
