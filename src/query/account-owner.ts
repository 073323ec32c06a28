// A table of accounts that AWS has published as its own: data, not normalising.
// eslint-disable-next-line no-restricted-imports
export { ownedAccountLabel } from '../normalise/owned-accounts.js'
