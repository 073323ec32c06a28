/** Format policy of the case file: what is written and what may be read. docs/case-file.md has the history. */
/** 'CtCa' in ASCII: `file(1)` prints it as the application id. */
export const APPLICATION_ID = 0x43744361
export const FORMAT_MAJOR = 2
export const FORMAT_MINOR = 0
/** user_version: major * 1000 + minor. A newer major is refused, a newer minor is read. */
export const USER_VERSION = FORMAT_MAJOR * 1000 + FORMAT_MINOR
export const PAGE_SIZE = 16384
