/** Results of the newest `digest verify` for a source. */
export { signedState, signedStateAt } from '../store/verification.js'
