/**
 * Thrown into a request whose sign-in could not be read or renewed because of a fault of the store that passes, which is the cause. It says
 * nothing of the server, nor of the sign-in, and the server did nothing. Said to people as it is.
 */
export class SignInUnread extends Error {
  constructor(cause: Error) {
    super('The sign-in to it cannot be read at the moment; nothing was done. Try again shortly.', { cause })
    this.name = 'SignInUnread'
  }
}
