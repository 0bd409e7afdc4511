import { useQuery } from '@tanstack/react-query'
import type { Me } from '#contract/access.ts'
import { createContext, useContext } from 'react'
import { personasQuery } from '../api/queries.ts'

export const MeContext = createContext<Me | null>(null)

/** Who is signed in. Only pages inside the shell call it, and the shell renders nothing before it knows. */
export function useMe(): Me {
  const me = useContext(MeContext)
  if (!me) throw new Error('useMe outside of the shell')
  return me
}

/** True when the signed-in member may take the action; screens leave out what is not permitted. */
export function useMay(action: string): boolean {
  return useMe().actions.includes(action)
}

export interface Colleague {
  readonly id: string
  readonly name: string
  readonly firstName: string
  readonly tint: string
}

/** The personas in force, with the first name that buttons use. */
export function useColleagues(): readonly Colleague[] {
  const personas = useQuery(personasQuery)
  return (personas.data?.items ?? []).map((persona) => ({
    id: persona.id,
    name: persona.name,
    firstName: firstNameOf(persona.name),
    tint: persona.tint,
  }))
}

export function firstNameOf(name: string): string {
  return name.replace(/^(Dr|Prof)\.? /, '').split(' ')[0] ?? name
}
