/** What each benchmark is run with. */
export interface BenchOptions {
  /** The words after its name, without `--quick` and `--json`. */
  readonly args: string[]
  /** Some seconds instead of minutes: for trying, not for figures to be told. */
  readonly isQuick: boolean
}
