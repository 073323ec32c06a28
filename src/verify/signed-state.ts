/** What the newest `digest verify` says of a source: for everything that tells where an event comes from. */
export { signedState, signedStateAt } from '../store/verification.js'
