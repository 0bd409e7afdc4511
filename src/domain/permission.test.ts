import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  ACTIONS,
  ROLES,
  actionsOf,
  can,
  canHandOut,
  isAbove,
  isAction,
  type Action,
  type Principal,
  type Role,
} from './permission.ts'

const allActions = Object.keys(ACTIONS).filter(isAction)
const anyRole = fc.constantFrom(...ROLES)
const anyAction = fc.constantFrom(...allActions)
const anyNarrowing = fc.option(fc.subarray(allActions), { nil: null })

function principal(role: Role, allowedActions: readonly Action[] | null = null): Principal {
  return {
    memberId: 'me',
    email: 'me@example.com',
    name: 'Me',
    role,
    rowScope: 'own',
    visible: { kind: 'reps', repIds: [] },
    teamId: null,
    repId: null,
    credential: { kind: 'session', id: 's' },
    allowedActions,
  }
}

test('a role above another may do all that the other may', () => {
  fc.assert(
    fc.property(anyRole, anyRole, anyAction, (role, other, action) => {
      if (isAbove(role, other) && can(principal(other), action)) assert.ok(can(principal(role), action))
    }),
  )
})

test('a narrowed key never does more than its member, and only what it names', () => {
  fc.assert(
    fc.property(anyRole, anyNarrowing, anyAction, (role, allowed, action) => {
      const isPermitted = can(principal(role, allowed), action)
      assert.equal(isPermitted, can(principal(role), action) && (allowed === null || allowed.includes(action)))
    }),
  )
})

test("another member's private thing is refused to every role", () => {
  fc.assert(
    fc.property(anyRole, anyAction, (role, action) => !can(principal(role), action, { ownerMemberId: 'other' })),
  )
})

test('nobody hands out a role that permits more than they may do', () => {
  fc.assert(
    fc.property(anyRole, anyNarrowing, anyRole, (role, allowed, given) => {
      const giver = principal(role, allowed)
      if (!canHandOut(giver, given)) return
      assert.ok(!isAbove(given, role))
      for (const action of actionsOf(principal(given))) assert.ok(can(giver, action), `${given} may ${action}`)
    }),
  )
})

test('only an owner makes owners, though an admin may do the same things', () => {
  assert.ok(canHandOut(principal('owner'), 'owner'))
  assert.ok(!canHandOut(principal('admin'), 'owner'))
  assert.ok(canHandOut(principal('admin'), 'admin'))
  assert.ok(!canHandOut(principal('owner', ['member:manage', 'self:read']), 'viewer'))
})

test('what every object inherits is no action', () => {
  for (const name of ['constructor', '__proto__', 'toString', '']) assert.equal(isAction(name), false)
  assert.equal(isAction('records:read'), true)
})
