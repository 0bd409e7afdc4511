/** One promise of the product with the tests that prove it. Test names stand as in the source. */
export interface Requirement {
  /** `<promise>/<behaviour>`; README.md and release notes cite it. */
  readonly id: string
  readonly source: string
  readonly behaviour: string
  readonly provenBy: readonly { readonly file: string; readonly test: string }[]
}

/** `prove(file, test, test ...)`: several tests of one file. */
export function prove(file: string, ...tests: string[]): { file: string; test: string }[] {
  return tests.map((test) => ({ file, test }))
}
