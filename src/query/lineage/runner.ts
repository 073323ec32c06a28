/** What runs with the session of a role that its launch names: instances, tasks, functions. */
import type { CredentialClass } from '../../model/principal.js'

export type Runner = 'instance' | 'task' | 'function'

/** Session names: the instance ID, the task ID, the name of the function. */
export const SESSION_NAMES: Readonly<Record<Runner, RegExp>> = {
  instance: /^i-[0-9a-f]+$/,
  task: /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
  function: /./,
}

export const RUNNER_OF_CLASS: Readonly<Partial<Record<CredentialClass, Runner>>> = {
  'ec2-instance-role': 'instance',
  'lambda-role': 'function',
  'role-session': 'task',
}

/** Services that assume the role of the workloads they run. */
export const RUNNER_OF_SERVICE: Readonly<Partial<Record<string, Runner>>> = {
  'ec2.amazonaws.com': 'instance',
  'lambda.amazonaws.com': 'function',
  'ecs-tasks.amazonaws.com': 'task',
}
