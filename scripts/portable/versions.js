// The versions of Node that coldtrail is tested with: the oldest that package.json allows, and the newest of each even line.
export const TESTED = ['20.19.0', '22.23.5', '24.22.3', '26.12.1']

/** The one that the portable archive carries: the newest with long-term support. */
export const CARRIED = '24.22.3'
