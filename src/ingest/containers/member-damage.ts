/** A member that its container does not give whole. Evidence trouble: it becomes a problem of the member. */
export class MemberDamage extends Error {
  override readonly name = 'MemberDamage'
}
