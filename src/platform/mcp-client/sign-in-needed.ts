/** Thrown into a request that its server refused: somebody has to sign in before it can succeed. Said to people as it is. */
export class SignInNeeded extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SignInNeeded'
  }
}
