/** A member that its container does not yield completely; becomes a problem of the member. */
export class MemberDamage extends Error {
  override readonly name = 'MemberDamage'
}
